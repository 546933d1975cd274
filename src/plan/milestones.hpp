// How far a run has come after so many images, for what a dry run says before there is one. No torch.
#pragma once

#include <algorithm>
#include <cmath>

#include "core/options.hpp"

namespace dcgan {

/// Images seen when something is reached: for images of up to 64 x 64 pixels, and as many times more as the side is
/// longer. Grids of photographs and curves of KID were looked at: shapes at 32, 64 and 128 pixels (there between 40,000
/// and 70,000), the end of gains at 32 and 64; the rest is what follows. Simple pictures come sooner.
struct Milestones {
  double shapes = 20'000;    // colours become shapes
  double settled = 400'000;  // from here on twice as many images take less than a tenth off KID
};

inline Milestones milestones(Size size) {
  const double pixels = static_cast<double>(size.width) * static_cast<double>(size.height);
  const double longer = std::max(1.0, std::sqrt(pixels) / 64);
  return {longer * Milestones().shapes, longer * Milestones().settled};
}

}  // namespace dcgan
