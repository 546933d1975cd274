// What a file holds of a model's two networks, whatever kind it is: a checkpoint, safetensors of `dcgan export`, or a
// generator that dcgan exported as TorchScript. The one door for all that wants networks, and not only images.
#pragma once

#include <optional>
#include <string>

#include "checkpoint/archive.hpp"
#include "core/json.hpp"
#include "nn/named_tensors.hpp"
#include "nn/network.hpp"

namespace dcgan {

/// Prefixes of the tensors' names in checkpoints and safetensors.
inline constexpr const char *kGeneratorPart = "generator.", *kDiscriminatorPart = "discriminator.",
                            *kAveragePart = "ema.";

class ModelFile {
 public:
  /// Opens a file (checkpoint_of finds that of a run). Throws Error or UsageError naming it when it is none of these,
  /// damaged, of another version, or does not say what its networks are.
  explicit ModelFile(const fs::path& path);

  const fs::path& path() const { return path_; }
  /// "the checkpoint 'x'", "'x'".
  const std::string& origin() const { return origin_; }
  /// As a checkpoint's head: "network", "images", and what is known of "options".
  const Json& meta() const { return meta_; }
  const NetworkPlan& plan() const { return plan_; }
  int64_t images_seen() const;
  bool is_checkpoint() const { return archive_.has_value(); }
  /// Whether any tensor's name begins so.
  bool has(const std::string& part) const;
  /// Those tensors without it: on the CPU, float32 but for counters. Throws Error when the file is damaged.
  NamedTensors read(const std::string& part) const;
  /// The generator's weights: its moving average, or as they are. Where the file has one of both, that one.
  NamedTensors read_generator(bool average) const;
  /// What a training begins with: all three parts with their prefixes; no discriminator where the file has none.
  NamedTensors beginning() const;

 private:
  void open_checkpoint();
  void open_safetensors();
  void open_torchscript();

  fs::path path_;
  std::string origin_;
  Json meta_;
  NetworkPlan plan_;
  std::optional<ArchiveReader> archive_;  // of a checkpoint, whose tensors are read when they are wanted
  NamedTensors tensors_;                  // of another file
};

/// Throws UsageError naming `model` because `file` has no discriminator, which is needed.
[[noreturn]] void refuse_without_discriminator(const ModelFile& file, const std::string& model);

}  // namespace dcgan
