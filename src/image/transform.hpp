// Brings any picture to the size and the channels that the network sees. Thread safe.
#pragma once

#include <string>

#include "image/image.hpp"

namespace dcgan {

enum class Fit { kCrop, kPad, kStretch };
enum class CropAt { kCenter, kTop };

Fit fit_from(const std::string& name);
CropAt crop_at_from(const std::string& name);

/// To 1 (gray, Rec. 601 luma), 3 (RGB; alpha is laid over white) or 4 channels (RGBA).
Image with_channels(const Image& image, int64_t channels);

/// To exactly `size`. Shrinking averages over areas (antialiased), enlarging is bilinear. kCrop cuts what
/// does not fit the shape (kTop keeps the top edge), kPad adds black (transparent for RGBA), kStretch
/// changes the shape. Colours of RGBA are averaged weighted by alpha.
Image fitted(const Image& image, Size size, Fit fit, CropAt crop_at);

}  // namespace dcgan
