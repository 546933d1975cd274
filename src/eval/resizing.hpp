// How images are brought to the size that a feature network is shown: a part of a figure's definition, in which the
// programs that papers use differ (Parmar et al. 2022, "On aliased resizing and surprising subtleties in GAN
// evaluation").
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

namespace dcgan {

struct Resizing {
  enum class How {
    kNone,           // as they are
    kAntialiased,    // bilinear, as PIL's: shrinking averages
    kTorchFidelity,  // bilinear as TensorFlow 1 had it, which FID was defined by: pixel i is taken from i * in / out,
                     // without half a pixel's shift; shrinking passes pixels over
    kPytorchFid,     // bilinear as PyTorch has it: centres of pixels over one another; shrinking passes pixels over
    kCleanFid        // bicubic of PIL on floats, cut off at 0 and 255: shrinking averages
  };
  How how = How::kNone;
  int64_t side = 0;  // of all but kNone

  /// float32 [N, C, H, W], 0 to 255, to [N, C, side, side]. Other shapes are stretched, as all those programs do.
  at::Tensor operator()(const at::Tensor& images) const;
  /// What FeatureInfo::resize says: whole, so that two ways never have one text.
  std::string text() const;
  bool operator==(const Resizing&) const = default;
};

/// Side of the images that Inception v3 takes.
inline constexpr int64_t kInceptionSide = 299;

/// As --resize names them: none, torch-fidelity, pytorch-fid, clean-fid (to 299 x 299), or the side for kAntialiased,
/// 16 to 1024. None for "auto": what the network expects. Throws UsageError for another word.
std::optional<Resizing> resizing_named(const std::string& name);
/// Words that it takes.
std::vector<std::string> resizing_names();

/// FeatureInfo::resize of a network that takes images as they are and gives what it gives after kTorchFidelity: it
/// resizes them by itself, or they have that size.
std::string same_as_torch_fidelity_text();

/// kAntialiased.
at::Tensor resized(const at::Tensor& images, int64_t side);
std::string resize_text(int64_t side);

}  // namespace dcgan
