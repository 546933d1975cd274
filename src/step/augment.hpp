// Augmentation inside the step (DiffAugment) and its adaptive probability (ADA). D sees real and generated images
// through the same kinds of change, and the generator learns through them, so that they do not leak into what it draws.
// Every change is linear in the image or adds a constant; derivatives of first and second order are exact. Nothing here
// waits for the device: a recorded CUDA graph may hold it. Not here: when images pass through (step/trainer). Sources:
// Zhao et al. 2020, "Differentiable augmentation for data-efficient GAN training", section 3 and appendix; Karras et
// al. 2020, "Training generative adversarial networks with limited data", sections 3.1 and 3.2.
#pragma once

#include <ATen/core/Tensor.h>

#include "nn/named_tensors.hpp"
#include "step/augment_options.hpp"
#include "step/discriminator_pass.hpp"

namespace dcgan {

/// Numbers that decide an image's augmentation: four a kind, in the order color, translation, cutout. The first is the
/// kind's gate. They are there whether the kind is on or not, so that one kind does not change another's.
inline constexpr int64_t kAugmentDraws = 12;

/// Draws for the images first_image ... first_image + count - 1 of a run: float on the CPU, [count, kAugmentDraws],
/// uniform in [0, 1), keyed by (seed, Purpose::kAugmentation, 3 image + pass).
at::Tensor augment_draws(uint64_t seed, int64_t first_image, int64_t count, DiscriminatorPass pass);

/// Images with each of `kinds` done to those whose gate is below `p`.
///   color: brightness + [-0.5, 0.5); saturation (distance from the pixel's gray) x [0, 2); contrast (distance from the
///     image's mean) x [0.5, 1.5), in this order and without clamping. Gray images have no saturation, alpha no color.
///   translation: by whole pixels, at most an eighth of a side either way; what comes in is 0, the middle gray.
///   cutout: a box of half of each side becomes 0; its centre lies anywhere in the image.
/// `images` is [N, C, H, W] in [-1, 1], float or double, C 1, 3 or 4, best channels-last, as the result is. `draws` is
/// [N, kAugmentDraws] and `p` a single float, both on the images' device. An image comes out the same alone and in a
/// batch, and bit for bit as it went in where no gate is below `p`. With no kind on, `images` itself comes back.
at::Tensor augment(const at::Tensor& images, const at::Tensor& draws, const at::Tensor& p, const AugmentKinds& kinds);

/// The probability that augment() takes, and the rule that moves it: r = E[sign D(x)] over the real images of a few
/// steps says how much D overfits; p goes up where r is above the target and down where it is below, at a speed that
/// takes it from 0 to 1 in `ada_speed` images, and stays within [0, 1].
class AdaptiveProbability {
 public:
  /// Steps between two moves. Karras et al. 2020 (limited data), section 3.1.
  static constexpr int64_t kStepsAMove = 4;

  /// Where options are not adaptive, p stays what they say.
  AdaptiveProbability(const AugmentOptions& options, at::Device device);

  /// Single float on the device; always the same tensor.
  const at::Tensor& p() const { return p_; }
  /// Where options let it rise: what it is after so many images.
  void rise(int64_t images);
  /// Adds a step of `batch` real images whose logits have the mean sign `sign`, a single number on the device, and
  /// moves p where `move` is 1; it is 0 for steps in between. `move` is a single float on the device.
  void update(const at::Tensor& move, const at::Tensor& sign, int64_t batch);

  /// Live tensors "p", "signs" (sum over images), "images" (since the last move) for a checkpoint.
  NamedTensors state() const { return {{"p", p_}, {"signs", signs_}, {"images", images_}}; }

 private:
  bool adaptive_;
  double target_, speed_, highest_;
  int64_t rise_;
  at::Tensor p_, signs_, images_;
};

}  // namespace dcgan
