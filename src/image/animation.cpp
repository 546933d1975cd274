#include "image/animation.hpp"

#include "core/error.hpp"
#include "core/text.hpp"
#include "image/animation_kinds.hpp"

namespace dcgan {

std::unique_ptr<Animation> open_animation(const fs::path& path, const AnimationLayout& layout) {
  const std::string ending = lowercase(path.extension().native());
  if (ending == ".gif") return open_gif(path, layout);
  if (ending == ".mp4") return open_mp4(path, layout);
  throw UsageError("'" + shown(path) + "' is not a name of an animation", "name a .gif or an .mp4");
}

}  // namespace dcgan
