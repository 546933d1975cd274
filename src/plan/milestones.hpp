// How far a run has come after so many images, for what a dry run says before there is one. No torch.
#pragma once

#include <cstdint>

namespace dcgan {

/// Images seen when a run's grids were looked at (docs/recipes.md, "What to expect"): about the same at every size from
/// 32 to 128 pixels, so that time goes by the speed alone. Read within a factor of two: simple pictures come sooner.
constexpr int64_t kImagesToShapes = 20'000;    // colours become shapes
constexpr int64_t kImagesToSettled = 400'000;  // from here on twice as many images take less than a tenth off KID

}  // namespace dcgan
