// MP4, by OpenCV's videoio.
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

#include "core/error.hpp"
#include "core/platform/io/mapped_file.hpp"
#include "core/text.hpp"
#include "image/animation_kinds.hpp"

namespace dcgan {
namespace {

/// Whether the boxes of a file, of which each says its length first, fill it without a gap, and the one that describes
/// the others is there: ISO/IEC 14496-12, section 4.2. It is written last.
bool is_whole(std::string_view bytes) {
  bool is_described = false;
  while (!bytes.empty()) {
    constexpr size_t kHead = 8, kLongHead = 16;
    if (bytes.size() < kHead) return false;
    const auto number = [&](size_t from, size_t to) {
      uint64_t value = 0;
      for (size_t i = from; i < to; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
      return value;
    };
    uint64_t length = number(0, 4);
    if (length == 1 && bytes.size() >= kLongHead) length = number(kHead, kLongHead);
    if (length < kHead || length > bytes.size()) return false;
    is_described = is_described || bytes.substr(4, 4) == "moov";
    bytes.remove_prefix(length);
  }
  return is_described;
}

class Mp4 : public Animation {
 public:
  Mp4(const fs::path& path, const AnimationLayout& layout) : path_(path), file_(path) {
    if (layout.width % 2 != 0 || layout.height % 2 != 0)
      throw UsageError("'" + shown(path) + "': an MP4 has even sides, and the images are of " +
                           to_text(Size{layout.width, layout.height}),
                       "name a .gif");
    const cv::Size size(static_cast<int>(layout.width), static_cast<int>(layout.height));
    for (const int codec : {cv::VideoWriter::fourcc('a', 'v', 'c', '1'), cv::VideoWriter::fourcc('m', 'p', '4', 'v')})
      if (writer_.open(file_.aside().native(), cv::CAP_FFMPEG, codec, layout.fps, size)) return;
    throw UsageError("'" + shown(path) + "': this OpenCV has no encoder for MP4", "name a .gif");
  }

  void put(const Image& frame) override {
    const cv::Mat pixels(static_cast<int>(frame.height), static_cast<int>(frame.width),
                         CV_8UC(static_cast<int>(frame.channels)), const_cast<uint8_t*>(frame.pixels.data()));
    cv::Mat colours;
    cv::cvtColor(pixels, colours, frame.channels == 1 ? cv::COLOR_GRAY2BGR : cv::COLOR_RGB2BGR);
    writer_.write(colours);
  }

  void finish() override {
    writer_.release();
    // FFmpeg says nothing of a full disk: so the file is asked whether it is whole.
    const MappedFile written(file_.aside());
    const bool whole = is_whole({reinterpret_cast<const char*>(written.bytes().data()), written.bytes().size()});
    written.check();
    if (!whole) throw Error("cannot write '" + shown(path_) + "': not all of it arrived", "is the disk full?");
    file_.commit();
  }

 private:
  fs::path path_;
  AtomicFile file_;
  cv::VideoWriter writer_;
};

}  // namespace

std::unique_ptr<Animation> open_mp4(const fs::path& path, const AnimationLayout& layout) {
  return std::make_unique<Mp4>(path, layout);
}

}  // namespace dcgan
