// EfficientNet-Lite as a description: a network that was trained on photographs, for its features. Tan and Le 2019,
// "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", table 1 and section 3; the Lite ones have
// ReLU6 in the place of Swish, no squeeze-and-excitation, and a first and a last part that are not scaled. No torch.
#pragma once

#include <string>
#include <vector>

#include "nn/description.hpp"

namespace dcgan {

struct EfficientNetLite {
  const char* name;
  const char* family;   // begins what its figures' names end with
  double width, depth;  // channels and repetitions beside those of Lite0
};
inline constexpr EfficientNetLite kEfficientNetLite1 = {"efficientnet-lite1", "lite1", 1.0, 1.1};
inline constexpr EfficientNetLite kEfficientNetLite2 = {"efficientnet-lite2", "lite2", 1.1, 1.2};

inline constexpr double kEfficientNetEps = 1e-3;  // of its norms

/// Images [N, 3, side, side], (level - 127) / 128, to sums over nine maps in turn, [N, F, 1, 1]: `maps`
/// of the description, which are the first convolution's, the last ones of the seven stages, and the last
/// convolution's. Norms are part of the convolutions before them. Maps are filled up as TensorFlow's "same" does: with
/// the odd zero behind.
NetworkDescription efficientnet_lite(const EfficientNetLite& kind, int64_t side);

/// A convolution's name here, and those of it and of its norm in the files of PyTorch's ports.
struct FoldedName {
  std::string own, convolution, norm;
};
std::vector<FoldedName> efficientnet_names(const EfficientNetLite& kind);

}  // namespace dcgan
