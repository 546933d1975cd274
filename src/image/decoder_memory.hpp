// Where OpenCV decodes to, and how much: by the decoder's own view of a picture's size, which is the one that counts. A
// header that is read a second time, by us, may be read otherwise. Not for what decoders take besides the picture.
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

namespace dcgan {

/// While it lives, the first matrix that OpenCV makes in this thread lies in `pixels`, so that a picture is in memory
/// once; and one of more than `most_pixels`, or of elements wider than a picture of ours needs, is refused before
/// memory is asked for it. One at a time in a thread.
class DecoderMemory {
 public:
  DecoderMemory(std::vector<uint8_t>& pixels, int64_t most_pixels);
  ~DecoderMemory();
  DecoderMemory(const DecoderMemory&) = delete;
  DecoderMemory& operator=(const DecoderMemory&) = delete;

  /// The decoder asked for a picture that is too large.
  bool has_refused() const { return has_refused_; }
  /// The decoder was refused memory by the system.
  bool has_failed() const { return has_failed_; }
  bool holds(const cv::Mat& mat) const { return !pixels_.empty() && mat.data == pixels_.data(); }

 private:
  friend class DecoderAllocator;
  std::vector<uint8_t>& pixels_;
  const int64_t most_pixels_;
  bool is_used_ = false, has_refused_ = false, has_failed_ = false;
};

}  // namespace dcgan
