// Networks that turn images into features, which everything else of this room compares. In float32, on the CPU, one
// that was trained on photographs on a GPU too. On a CPU the same bits for the same number of threads, however images
// are cut into batches.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/platform/io/file.hpp"
#include "dist/group.hpp"
#include "eval/images.hpp"
#include "eval/resizing.hpp"

namespace dcgan {

struct FeatureInfo {
  /// Ends the names of figures: random_a, random_b; inception (2048 features, return_features), vgg16 (4096 features,
  /// return_features), file (any other).
  std::string family;
  std::string name;  // "random-a", or the name of the file
  int64_t features = 0;
  std::vector<int64_t> groups = {};  // features that are measured in one unit, in order (eval/comparison); none: all as
                                     // they are
  int64_t thumbnail = 0;             // columns behind them: the image itself, small, by which copies are told as well
  std::string resize;                // Resizing::text(), or same_as_torch_fidelity_text()
  std::string sha256;                // of the file; of a random network's weights
  std::string device = "cpu";        // where it computes
  bool knows_things = false;         // it was trained on photographs, and its figures can be put into words
  int64_t columns() const { return features + thumbnail; }
  Json json() const;
};

/// Columns of an image brought to 16 x 16 pixels: a network that looks for things sees a little noise, and overlooks
/// that the picture is the same. Measured in docs/metrics.md.
inline constexpr int64_t kThumbnailSide = 16, kThumbnail = 3 * kThumbnailSide * kThumbnailSide;

/// What images are shared out in.
inline constexpr int64_t kFeatureBatch = 64;

class FeatureNetwork {
 public:
  virtual ~FeatureNetwork() = default;
  /// Images uint8 [N, H, W, C], N >= 1, to float32 [N, F], F of info().features. Gray becomes three equal channels,
  /// alpha is laid over white.
  at::Tensor operator()(const at::Tensor& images);
  /// The same with their thumbnails behind them: [N, info().columns()].
  at::Tensor columns(const at::Tensor& images);
  const FeatureInfo& info() const { return info_; }

 protected:
  /// One batch: float32 [at_once_, 3, H, W], 0 to 255, to [at_once_, F], F of info().features.
  virtual at::Tensor forward(const at::Tensor& images) = 0;
  FeatureInfo info_;
  int64_t at_once_ = kFeatureBatch;  // images it sees at once; the last batch is filled up. Divides kFeatureBatch
};

enum class RandomFeatures { kA, kB };
/// A random convolutional network that needs no file. A: to choose with; B: another architecture and other weights, to
/// confirm with. `size` of the images to come: they are brought to 32 x 32 pixels where neither side is longer, else to
/// 64 x 64. See random_features.cpp for what it is made of.
std::unique_ptr<FeatureNetwork> random_features(RandomFeatures which, Size size);

/// A TorchScript file: float32 N x 3 x H x W of 0 to 255 in, [N, F] out; with the argument return_features=True where
/// forward has it. `resize` none: what its attribute `dcgan_resize` names (a word of --resize); else images as they
/// are; of networks that refuse `size`, 299 x 299 pixels. Throws Error naming the file when it is no TorchScript,
/// fails, or gives another shape. Its code runs: throws UsageError, before anything of it is loaded, unless the user
/// has agreed to this very file (exchange/program_consent). `run_code`: agrees now.
std::unique_ptr<FeatureNetwork> open_features(const fs::path& path, Size size, bool run_code = false,
                                              const std::optional<Resizing>& resize = {});

/// A network as options name it.
struct FeatureChoice {
  std::string name = "random-a";  // "trained" (eval/trained_features), "random-a", "random-b" or a file
  std::string resize = "auto";    // see resizing_named()
  bool run_code = false;          // of a file: the user agrees to that now
  std::string device = "cpu";     // "cpu", "cuda:0"...: of one that was trained on photographs; others take the CPU

  /// What can be said before anything is computed. Throws UsageError for a file that is not there, and for a resize
  /// that is none, or not for this network; Error for a damaged safetensors file.
  void check() const;
};

/// Throws UsageError when it is none of them, or the trained network's file is missing, or for check()'s reasons.
std::unique_ptr<FeatureNetwork> features_named(const FeatureChoice& choice, Size size);

/// Whether `name` is one of the networks that the program brings.
bool is_own_features(const std::string& name);

/// Throws what features_named() would for a name that is none of them or a file that is no feature network. Costs
/// nothing for a network of the program's own.
void check_features(const FeatureChoice& choice, Size size);

/// What is being done, how much of it is done, of all. May throw to stop.
using EvaluationProgress = std::function<void(const std::string& what, int64_t done, int64_t of)>;

/// Features of all images of a source, [count, F], F of info().columns(); `what` they are, for the progress.
at::Tensor features_of(FeatureNetwork& network, ImageSource& images, const std::string& what,
                       const EvaluationProgress& progress);

/// The same, computed by all ranks together: each does its share of the images, which it has as the others do, and all
/// have all features. Waits for the slowest.
at::Tensor features_by_ranks(FeatureNetwork& network, ImageSource& images, const std::string& what, Group& group,
                             const EvaluationProgress& progress);

/// Images to [N, 3, H, W] float32, 0 to 255: gray three times, alpha laid over white.
at::Tensor as_colour(const at::Tensor& images);

}  // namespace dcgan
