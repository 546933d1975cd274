// The kinds of animations: for image/animation alone.
#pragma once

#include "image/animation.hpp"

namespace dcgan {

std::unique_ptr<Animation> open_gif(const fs::path& path, const AnimationLayout& layout);
std::unique_ptr<Animation> open_mp4(const fs::path& path, const AnimationLayout& layout);

}  // namespace dcgan
