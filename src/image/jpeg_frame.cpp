#include "image/jpeg_frame.hpp"

#include "image/bytes.hpp"

namespace dcgan {
namespace {

constexpr uint8_t kLossless = 0xC3, kTables = 0xC4, kReserved = 0xC8, kArithmeticTables = 0xCC, kEnd = 0xD9,
                  kScan = 0xDA, kLines = 0xDC, kLs = 0xF7;

bool is_frame(uint8_t marker) {
  return (marker >= 0xC0 && marker <= 0xCF && marker != kTables && marker != kReserved &&
          marker != kArithmeticTables) ||
         marker == kLs;
}

/// Calls `visit(marker, at)` with the place behind each marker that a segment follows, while it says true. At a scan it
/// goes on from `at`: what lies between codes is no marker, and is passed over.
template <class Visit>
void each_segment(std::string_view b, size_t at, const Visit& visit) {
  while (at + 3 < b.size()) {
    const uint8_t marker = big_endian(b, at + 1, 1);
    const bool stands_alone = marker == 0x00 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8);
    if (big_endian(b, at, 1) != 0xFF || marker == 0xFF) {
      ++at;
    } else if (stands_alone) {
      at += 2;
    } else {
      if (!visit(marker, at + 2)) return;
      at += 2 + size_t{big_endian(b, at + 2, 2)};
    }
  }
}

/// Not read: what libjpeg has no decoder for.
void settle_kind(JpegFrame& frame, uint8_t marker) {
  if (marker == kLs) {
    frame.unread_kind = "a JPEG-LS", frame.converter = Converter::kJpegLs;
  } else if (marker == kLossless || (frame.bits != 8 && marker < 0xC3) || (frame.bits != 8 && marker == 0xC9) ||
             (frame.bits != 8 && marker == 0xCA)) {
    frame.unread_kind =
        (marker == kLossless ? "a lossless JPEG of " : "a JPEG of ") + std::to_string(frame.bits) + " bits";
    // Of four inks nobody tells which way round they are.
    frame.converter = frame.components == 4 || frame.components == 2 ? Converter::kSaveAgain : Converter::kDeepJpeg;
  } else if (marker >= 0xC3 && marker != 0xC9 && marker != 0xCA) {
    frame.unread_kind = "a hierarchical JPEG, or a lossless one with arithmetic codes";
    frame.converter = Converter::kSaveAgain;
  }
}

/// The segment behind the first scan that tells how many lines it has.
int64_t lines_behind(std::string_view b, size_t at) {
  int64_t lines = 0;
  each_segment(b, at, [&](uint8_t marker, size_t segment) {
    if (marker == kLines && big_endian(b, segment, 2) == 4 && segment + 4 <= b.size())
      lines = big_endian(b, segment + 2, 2);
    return lines == 0 && marker != kEnd;
  });
  return lines;
}

}  // namespace

JpegFrame jpeg_frame(std::string_view b) {
  JpegFrame frame;
  frame.problem = "the JPEG ends before its frame header";
  each_segment(b, 2, [&](uint8_t marker, size_t at) {
    if (!is_frame(marker)) return marker != kEnd && marker != kScan;
    if (at + 7 >= b.size()) return false;
    frame.bits = static_cast<int>(big_endian(b, at + 2, 1)), frame.height_at = at + 3;
    frame.height = big_endian(b, at + 3, 2), frame.width = big_endian(b, at + 5, 2);
    frame.components = static_cast<int>(big_endian(b, at + 7, 1));
    frame.problem.clear();
    settle_kind(frame, marker);
    if (frame.height == 0 && frame.unread_kind.empty()) {
      frame.height_follows = true;
      frame.height = lines_behind(b, at);
      if (frame.height == 0) frame.problem = "the JPEG ends before it tells its height";
    }
    return false;
  });
  return frame;
}

}  // namespace dcgan
