// Either network as TorchScript, for Python's torch.jit.load and for C++ programs that know LibTorch only.
//
// The generator: forward(z, y: Optional[Tensor] = None): z [N, latent] or [N, latent, 1, 1] to [N, C, H, W] in [-1, 1];
// y int64 [N], each image's class, is required if there are classes and not looked at if there are none. images(z, y):
// the same as uint8 [N, H, W, C]. Attributes latent, channels, height, width, classes, version; the same, the names of
// the classes, the architecture and the value range in the extra file "dcgan.json". Nothing of the user's paths.
// Weights are those of the operations (nn/layers): an `upsample` generator's are widened to 4 x 4.
#pragma once

#include "exchange/generator.hpp"
#include "exchange/metadata.hpp"
#include "exchange/operations.hpp"
#include "nn/discriminator.hpp"

namespace dcgan {

/// How the network is written.
struct ScriptOptions {
  std::string weights = "float32";
  bool freeze = false;

  template <class Visit>
  void fields(Visit&& visit) {
    visit(
        "weights", weights,
        "numbers that weights are kept in, of TorchScript and safetensors; half and float16 are the same. TorchScript "
        "computes in them; latents and images stay float32. Such safetensors are small files to give away: they leave "
        "out the generator's weights as they are besides the moving average",
        one_of({"float32", "float16", "half", "bf16"}));
    visit("freeze", freeze, "of TorchScript: weights become constants of the program, for inference alone", {});
  }
};

/// Writes the file atomically, then reads it back and compares its output with that of the operations: throws Error
/// (and leaves nothing) when they differ.
void export_torchscript(const GeneratorOperations& generator, const fs::path& path, const ScriptOptions& options = {});
inline void export_torchscript(GeneratorNet net, const GeneratorInfo& info, const fs::path& path,
                               const ScriptOptions& options = {}) {
  export_torchscript(operations_of(std::move(net), info), path, options);
}

/// The same of a discriminator that stands beside the generator `info`. Its TorchScript:
/// forward(x, y: Optional[Tensor] = None): x [N, C, H, W] in [-1, 1] to logits [N], higher for what it takes for real;
/// y as above. feature_maps(x): a list, what each layer makes of x. features(x): of them what `dcgan features` writes,
/// [N, feature_count]. Attributes channels, height, width, classes, feature_count, version. Where D sees how much the
/// images of a batch differ (minibatch-std), a logit depends on the others.
void export_torchscript(DiscriminatorNet net, const GeneratorInfo& info, const fs::path& path,
                        const ScriptOptions& options = {});

/// Opens what export_torchscript wrote of a generator: its layers and weights are read as data, and its program is not
/// looked at. A file that says the same of itself and does not hold it is a program of another: UsageError, unless the
/// user has agreed that it is run (`run_code`: now; see program_consent). Throws Error when the file is not
/// TorchScript, says nothing of itself, is damaged, or was changed by another program.
std::unique_ptr<Generator> open_torchscript(const fs::path& path, bool run_code = false);

/// The generator of such a file, in float32. Throws as open_torchscript does, and UsageError for every program of
/// another, agreed to or not: it has no operations that dcgan knows.
GeneratorOperations read_torchscript(const fs::path& path);

/// True if the file is a zip archive, as TorchScript files are.
bool looks_like_torchscript(const fs::path& path);

/// What an exported file says of itself ("dcgan.json"), checked as far as it can be without running anything of it.
/// Throws Error as open_torchscript does, but for a program that it would have to run.
Json torchscript_metadata(const fs::path& path);
/// Why a file that says it is an exported generator cannot be read as one, so that its program would have to be run; ""
/// where it can, and of a discriminator, which dcgan does not use.
std::string torchscript_obstacle(const fs::path& path);
/// Names and shapes of its parameters; of a frozen one, which has none, of its constants. Data alone, too.
std::vector<std::pair<std::string, std::vector<int64_t>>> torchscript_parameters(const fs::path& path);

}  // namespace dcgan
