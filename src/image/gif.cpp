// Animated GIFs, by giflib. Format: CompuServe, "Graphics Interchange Format, version 89a"; that it loops is Netscape's
// extension.
#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <map>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "image/animation_kinds.hpp"

namespace dcgan {
namespace {

constexpr int kMostColours = 256;

/// A frame in colours by number.
struct Indexed {
  std::vector<GifColorType> colours;  // 256 of them
  std::vector<uint8_t> numbers;       // one a pixel
};

GifColorType colour_at(const Image& frame, size_t pixel) {
  const uint8_t* at = frame.pixels.data() + pixel * static_cast<size_t>(frame.channels);
  return frame.channels == 1 ? GifColorType{at[0], at[0], at[0]} : GifColorType{at[0], at[1], at[2]};
}
uint32_t number_of(const GifColorType& c) { return c.Red << 16U | c.Green << 8U | c.Blue; }

/// Its own colours, if there are no more than fit; else false.
bool index_exactly(const Image& frame, Indexed& out) {
  std::map<uint32_t, uint8_t> known;
  out.colours.clear();
  for (size_t i = 0; i < out.numbers.size(); ++i) {
    const GifColorType colour = colour_at(frame, i);
    const auto [found, is_new] = known.try_emplace(number_of(colour), static_cast<uint8_t>(known.size()));
    if (is_new && known.size() > kMostColours) return false;
    if (is_new) out.colours.push_back(colour);
    out.numbers[i] = found->second;
  }
  out.colours.resize(kMostColours);
  return true;
}

/// The nearest colour of a choice, what is missing handed on to the pixels that follow: Floyd and Steinberg 1976.
void diffuse(const Image& frame, Indexed& out) {
  const auto width = static_cast<size_t>(frame.width), height = static_cast<size_t>(frame.height);
  std::vector<std::array<float, 3>> row(width + 2), next(width + 2);
  for (size_t y = 0; y < height; ++y) {
    for (size_t x = 0; x < width; ++x) {
      const GifColorType own = colour_at(frame, y * width + x);
      const std::array<float, 3> bytes = {float(own.Red), float(own.Green), float(own.Blue)};
      std::array<float, 3> wanted{};
      for (size_t c = 0; c < 3; ++c) wanted[c] = bytes[c] + row[x + 1][c];
      size_t best = 0;
      float least = 1e9F;
      for (size_t i = 0; i < out.colours.size(); ++i) {
        const GifColorType& one = out.colours[i];
        const float r = wanted[0] - one.Red, g = wanted[1] - one.Green, b = wanted[2] - one.Blue;
        if (const float distance = r * r + g * g + b * b; distance < least) least = distance, best = i;
      }
      out.numbers[y * width + x] = static_cast<uint8_t>(best);
      const GifColorType& taken = out.colours[best];
      const std::array<float, 3> got = {float(taken.Red), float(taken.Green), float(taken.Blue)};
      for (size_t c = 0; c < 3; ++c) {
        const float missing = (wanted[c] - got[c]) / 16;
        row[x + 2][c] += 7 * missing, next[x][c] += 3 * missing, next[x + 1][c] += 5 * missing,
            next[x + 2][c] += missing;
      }
    }
    row.swap(next);
    next.assign(width + 2, {});
  }
}

Indexed indexed(const Image& frame) {
  Indexed out;
  out.numbers.resize(static_cast<size_t>(frame.width * frame.height));
  if (index_exactly(frame, out)) return out;
  std::array<std::vector<GifByteType>, 3> planes;
  for (size_t i = 0; i < out.numbers.size(); ++i) {
    const GifColorType colour = colour_at(frame, i);
    planes[0].push_back(colour.Red), planes[1].push_back(colour.Green), planes[2].push_back(colour.Blue);
  }
  out.colours.assign(kMostColours, {});
  int count = kMostColours;
  if (GifQuantizeBuffer(static_cast<unsigned>(frame.width), static_cast<unsigned>(frame.height), &count,
                        planes[0].data(), planes[1].data(), planes[2].data(), out.numbers.data(),
                        out.colours.data()) == GIF_ERROR)
    throw Error("giflib finds no colours for a frame", "there is not enough memory");
  diffuse(frame, out);
  return out;
}

class Gif : public Animation {
 public:
  Gif(const fs::path& path, const AnimationLayout& layout) : file_(path), layout_(layout) {
    int problem = 0;
    gif_ = EGifOpen(
        this,
        [](GifFileType* gif, const GifByteType* bytes, int count) {
          return static_cast<Gif*>(gif->UserData)->append(bytes, count) ? count : 0;
        },
        &problem);
    if (!gif_) throw Error("giflib does not start", "there is not enough memory");
    EGifSetGifVersion(gif_, true);
    check(EGifPutScreenDesc(gif_, static_cast<int>(layout.width), static_cast<int>(layout.height), 8, 0, nullptr));
    check(EGifPutExtensionLeader(gif_, APPLICATION_EXT_FUNC_CODE));
    check(EGifPutExtensionBlock(gif_, 11, "NETSCAPE2.0"));
    check(EGifPutExtensionBlock(gif_, 3, "\x01\x00\x00"));  // how often: 0, for ever
    check(EGifPutExtensionTrailer(gif_));
  }
  ~Gif() override {
    int ignored = 0;
    if (gif_) EGifCloseFile(gif_, &ignored);
  }
  Gif(const Gif&) = delete;
  Gif& operator=(const Gif&) = delete;

  void put(const Image& frame) override {
    const Indexed content = indexed(frame);
    constexpr int kLeastDelay = 2;
    ++frames_;
    const auto until = std::llround(100.0 * static_cast<double>(frames_) / layout_.fps);
    const int delay = std::max(kLeastDelay, static_cast<int>(until - hundredths_));
    hundredths_ += delay;
    const GraphicsControlBlock control{DISPOSE_DO_NOT, false, delay, NO_TRANSPARENT_COLOR};
    std::array<GifByteType, 4> bytes{};
    EGifGCBToExtension(&control, bytes.data());
    check(EGifPutExtension(gif_, GRAPHICS_EXT_FUNC_CODE, 4, bytes.data()));
    ColorMapObject* colours = GifMakeMapObject(kMostColours, content.colours.data());
    if (!colours) throw Error("giflib has no memory for colours");
    const int described =
        EGifPutImageDesc(gif_, 0, 0, static_cast<int>(layout_.width), static_cast<int>(layout_.height), false, colours);
    GifFreeMapObject(colours);
    check(described);
    for (int64_t y = 0; y < layout_.height; ++y)
      check(EGifPutLine(gif_, const_cast<GifPixelType*>(content.numbers.data() + y * layout_.width),
                        static_cast<int>(layout_.width)));
  }

  void finish() override {
    int problem = 0;
    const int closed = EGifCloseFile(std::exchange(gif_, nullptr), &problem);
    check(closed);
    file_.commit();
  }

 private:
  /// Called from within giflib, which no exception may pass through.
  bool append(const GifByteType* bytes, int count) noexcept {
    try {
      file_.append(bytes, static_cast<size_t>(count));
      return true;
    } catch (...) {
      failure_ = std::current_exception();
      return false;
    }
  }
  void check(int status) {
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    if (status == GIF_ERROR) throw Error("giflib cannot write a frame");
  }

  AtomicFile file_;
  AnimationLayout layout_;
  GifFileType* gif_ = nullptr;
  std::exception_ptr failure_;
  int64_t frames_ = 0, hundredths_ = 0;
};

}  // namespace

std::unique_ptr<Animation> open_gif(const fs::path& path, const AnimationLayout& layout) {
  return std::make_unique<Gif>(path, layout);
}

}  // namespace dcgan
