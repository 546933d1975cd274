// The one way to get images from a trained generator, whatever file it came from: a run directory, a checkpoint,
// safetensors of `dcgan export`, an exported TorchScript file.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "checkpoint/archive.hpp"
#include "core/platform/io/file.hpp"
#include "nn/generator.hpp"

namespace dcgan {

struct GeneratorInfo {
  int64_t latent = 0, channels = 0, height = 0, width = 0;
  int64_t classes = 0;  // 0: it takes none
  int64_t images_seen = 0;
  bool ema = false;                              // moving average, or the weights as they are
  std::string origin = {};                       // the file they were read from
  std::vector<std::string> class_names = {};     // one a class
  bool has_uniform_latents = false;              // see LatentSpace
  std::string fit = "crop", crop_at = "center";  // how the pictures it learned from were cut: see DataOptions
  MapShape input = {latent, 1, 1};                         // what the latent is laid out as
  LatentSpace latent_space() const { return {latent, has_uniform_latents}; }
};
/// What a network of this plan is.
GeneratorInfo generator_info(const NetworkPlan& plan, int64_t images_seen, bool ema, const std::string& origin);

/// Images from latents and, if it has classes, from those. One thread at a time.
class Generator {
 public:
  virtual ~Generator() = default;
  /// z [N, latent], float32 on the CPU, to images [N, C, H, W] in [-1, 1] on the CPU. No gradients. y int64 [N], the
  /// class of each; undefined for a generator without. Throws Error when y is missing, too much, or no class.
  at::Tensor operator()(const at::Tensor& z, const at::Tensor& y = {});
  const GeneratorInfo& info() const { return info_; }
  /// SHA-256 of its weights (weights_digest): the same from a run, a checkpoint and what was exported of it.
  virtual std::string checksum() const = 0;

 protected:
  virtual at::Tensor images(const at::Tensor& z, const at::Tensor& y) = 0;
  GeneratorInfo info_;
};

/// SHA-256 of the weights and statistics of a generator's operations, in an order and by names that all exported files
/// share.
std::string weights_digest(const Layers& layers);

/// Gray, RGB, RGBA: what pictures can be written of. A file may claim any number.
inline bool is_picture_channels(int64_t channels) { return channels == 1 || channels == 3 || channels == 4; }

/// Images [N, C, H, W] in [-1, 1] to uint8 [N, H, W, C]: round((x + 1) x 127.5).
at::Tensor to_bytes(const at::Tensor& images);

/// Which of a model's states.
struct CheckpointChoice {
  std::string at = "best";
  bool run_code = false;

  template <class Visit>
  void fields(Visit&& visit) {
    visit(
        "at", at,
        "which checkpoint of a run: best (the one that measured best, the newest where none was measured), newest, or "
        "images seen",
        words_or({"best", "newest"}, "IMAGES"));
    visit("run-code", run_code,
          "where a file is a program that dcgan did not write: run its code, and remember that for this very file", {});
  }
};

/// The same, and which of its weights.
struct ModelChoice : CheckpointChoice {
  bool ema = true;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("ema", ema, "use the weights as they are instead of the moving average", {});
    CheckpointChoice::fields(visit);
  }
};

/// A generator network in evaluation mode with its weights, and what it is.
struct LoadedNetwork {
  GeneratorNet net{nullptr};
  GeneratorInfo info;
  Json meta;  // of the file: ModelFile::meta
};
/// Reads what open_generator opens, but for TorchScript that does not say which network it is (ModelFile): UsageError.
LoadedNetwork load_network(const fs::path& model, const ModelChoice& choice = {});
/// Wraps a network that is at hand.
std::unique_ptr<Generator> make_generator(GeneratorNet net, const GeneratorInfo& info);
/// Opens MODEL: a run directory, a checkpoint, safetensors of `dcgan export`, or an exported generator.
std::unique_ptr<Generator> open_generator(const fs::path& model, const ModelChoice& choice = {});

/// Throws UsageError where `choice` wants weights as they are, of a file that has their moving average alone.
void check_average_is_wanted(const ModelChoice& choice, const fs::path& model);

/// The file that MODEL means: a checkpoint of a run directory, or the file itself, for which there is no `at` but
/// "best". Throws UsageError when there is none, or when it can be no model.
fs::path checkpoint_of(const fs::path& model, const std::string& at = "best");

/// How a checkpoint's head describes the networks' shapes; written by train, read here.
Json plan_to_json(const NetworkPlan& plan);
NetworkPlan plan_from_json(const Json& meta, const std::string& origin);
/// Version of the meaning of names and keys in a training checkpoint.
inline constexpr int64_t kTrainingVersion = 1;
/// Throws Error where the head of a checkpoint says another one.
void check_training_version(const Json& meta, const std::string& origin);

}  // namespace dcgan
