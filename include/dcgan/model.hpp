// A trained generator, whatever file it came from, and its pictures: the very pictures of `dcgan sample`. No type of
// LibTorch: numbers go in and pictures come out as plain memory. It computes with as many threads as LibTorch has in
// this process. Not for training, and not for discriminators.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <dcgan/error.hpp>
#include <dcgan/picture.hpp>

namespace dcgan {

/// Which of a model's states.
struct OpenOptions {
  std::string state = "best";  // of a run: "best" (measured best, else the newest), "newest", or images seen
  bool ema = true;             // the moving average of the weights; false: the weights as they are
  bool run_code = false;       // run the code of a TorchScript file that dcgan did not write: only of people you trust
};

/// What a model is. Constant.
struct ModelInfo {
  int64_t channels = 0, height = 0, width = 0;  // of its pictures: 1, 3 or 4 channels, pixels
  std::vector<int64_t> input;                   // shape of one input {channels, height, width}; a latent: {L, 1, 1}
  bool has_uniform_latents = false;             // each number of a latent uniform in [-1, 1), else from N(0, 1)
  std::vector<std::string> classes;             // names; empty: it has none
  int64_t images_seen = 0;                      // in training
  bool ema = false;                             // moving average, or the weights as they are
  std::string checksum;                         // SHA-256 of its weights: equal in run, checkpoint and export

  /// Numbers of one input.
  int64_t input_size() const { return input.empty() ? 0 : input[0] * input[1] * input[2]; }
};

/// Which pictures. A picture's name is seed and index: they alone decide it, drawn alone or among others.
struct DrawOptions {
  uint64_t seed = 0;
  int64_t first = 0;               // index of the first, 0 or more
  int64_t count = 1;               // 1 to 100 million
  std::optional<double> truncate;  // every number of a latent within -C .. C, above 0 to 10: more typical pictures
  std::vector<int64_t> classes;    // numbers from 0, in turn: picture i is of classes[i % size]; empty: all in turn
};

/// An open model. Constructed means usable; one that was moved from may only be destroyed or assigned to.
/// Threads: calls of one Model from several threads are safe and wait for each other; several Models, of one file too,
/// draw at the same time. Pictures do not depend on it.
class Model {
 public:
  /// Opens a run directory, a checkpoint or an exported model (TorchScript, safetensors). Throws UsageError where there
  /// is none, or not that state; Error when the file is damaged, cut off or of another version.
  explicit Model(const std::filesystem::path& file, const OpenOptions& options = {});
  ~Model();
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;

  const ModelInfo& info() const;

  /// Pictures first .. first + count - 1, in order. Each has the same bits whatever is drawn with it. Throws
  /// UsageError for options out of range, and for classes of a model without.
  std::vector<Picture> draw(const DrawOptions& options = {});
  /// The same one by one: `take(place, picture)`, place from 0. Memory: one block, whatever the count. What `take`
  /// throws passes through. It must not call this Model.
  void draw(const DrawOptions& options, const std::function<void(int64_t place, const Picture&)>& take);

  /// The latents of those pictures, [count, L] in row order.
  std::vector<float> latents(const DrawOptions& options = {}) const;

  /// Pictures of given inputs: [N, input_size()] in row order, finite; a latent each, or for a model that takes
  /// pictures planes of [-1, 1]. `classes`: one an input, by number, for a model with classes. Throws UsageError for
  /// other shapes, numbers or classes. Last bits may depend on the place in a block of 16.
  std::vector<Picture> apply(std::span<const float> inputs, std::span<const int64_t> classes = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dcgan
