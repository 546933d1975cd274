// Frames to a moving picture, one at a time: memory does not grow with their count.
#pragma once

#include <memory>

#include "core/platform/io/file.hpp"
#include "image/image.hpp"

namespace dcgan {

struct AnimationLayout {
  int64_t width = 0, height = 0, channels = 3;  // 1 or 3
  double fps = 24;                              // frames a second, above 0
};

/// A file that is being written aside, and removed unless it is finished. One thread at a time.
class Animation {
 public:
  virtual ~Animation() = default;
  /// The next frame, of the layout's shape. Throws Error when it cannot be written.
  virtual void put(const Image& frame) = 0;
  /// After the last frame: makes the file appear. Throws Error when it is not whole.
  virtual void finish() = 0;
};

/// By the ending of `path`. .gif: for ever again; up to 256 colours a frame, exactly those where it has no more, else
/// the nearest of a choice (giflib's median cut, error diffused); a frame lasts whole hundredths of a second, so
/// rounded that the whole lasts as long as it should, and at least two, below which players take their own time. .mp4:
/// H.264, or MPEG-4 part 2 where OpenCV has no H.264; even sides. Throws UsageError for another ending and where OpenCV
/// has neither.
std::unique_ptr<Animation> open_animation(const fs::path& path, const AnimationLayout& layout);

}  // namespace dcgan
