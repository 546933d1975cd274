// A small classifier of pictures, trained here: to tell which generated images look like the class that they were asked
// for, and whether generated images help to learn the classes. Not a good one for other purposes.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <vector>

#include "dataset/pixels.hpp"

namespace dcgan {

struct ClassifierOptions {
  int64_t images = 60'000;  // pictures seen in training, again and again
  int64_t batch = 64;
  double learning_rate = 3e-3;  // of Adam at the beginning; it falls to nothing along half a cosine
  uint64_t seed = 0;            // of the initial weights and of the order
};

/// Pictures of several sets as one, with labels of one meaning. The sets must outlive it; all of one size and channels.
class LabelledPictures {
 public:
  void add(const Pixels& pixels, std::vector<int64_t> which);
  int64_t count() const { return static_cast<int64_t>(where_.size()); }
  int64_t label(int64_t i) const;
  /// Pictures number `which`, uint8 [N, H, W, C].
  at::Tensor read(const std::vector<int64_t>& which) const;

 private:
  struct Place {
    const Pixels* pixels;
    int64_t index;
  };
  std::vector<Place> where_;
};

/// Blocks of a 3 x 3 convolution, BatchNorm, ReLU and 2 x 2 maximum, 32, 64 and 128 (and for more than 32 pixels 128
/// once more) feature maps, the mean over the picture, and a linear layer. Trained by Adam (Kingma and Ba 2015) on
/// cross entropy. The same bits for the same pictures, options and number of threads.
class Classifier {
 public:
  /// Trains it. `progress` (pictures seen, of all) may throw to stop. Throws Error for fewer than two classes with
  /// pictures, or a picture without a label below `classes`.
  Classifier(const LabelledPictures& pictures, int64_t classes, const ClassifierOptions& options,
             const std::function<void(int64_t, int64_t)>& progress);
  ~Classifier();
  Classifier(const Classifier&) = delete;
  Classifier& operator=(const Classifier&) = delete;

  /// Images uint8 [N, H, W, C] to float32 [N, classes], rows of which sum to 1.
  at::Tensor probabilities(const at::Tensor& images) const;
  /// Share of pictures that are read as their labels say.
  double accuracy(const LabelledPictures& pictures) const;

 private:
  struct Network;
  std::unique_ptr<Network> network_;
};

}  // namespace dcgan
