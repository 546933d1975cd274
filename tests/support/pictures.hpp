// Picture files for tests, made by hand (PNG chunks, EXIF) or by OpenCV's encoders.
#pragma once

#include <zlib.h>

#include <functional>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/random.hpp"
#include "image/decode.hpp"
#include "image/image.hpp"
#include "image/probe.hpp"

namespace dcgan::test {

/// `value` in `bytes` bytes, the highest first.
inline std::string big_endian(uint64_t value, int bytes) {
  std::string out;
  for (int i = bytes; i-- > 0;) out += static_cast<char>(value >> 8 * i);
  return out;
}
inline std::string little_endian(uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> 8 * i);
  return out;
}

inline std::string png_chunk(const std::string& type, const std::string& data) {
  const std::string body = type + data;
  const auto crc = ::crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return big_endian(data.size(), 4) + body + big_endian(crc, 4);
}
inline std::string png_signature() { return "\x89PNG\r\n\x1a\n"; }
inline std::string png_header(int64_t width, int64_t height, int bits, int colour_type) {
  return png_chunk("IHDR", big_endian(static_cast<uint64_t>(width), 4) + big_endian(static_cast<uint64_t>(height), 4) +
                               big_endian(static_cast<uint64_t>(bits), 1) +
                               big_endian(static_cast<uint64_t>(colour_type), 1) + std::string(3, '\0'));
}
/// A PNG from raw rows without filter bytes; `between` are chunks before the pixels.
inline std::string png_of_rows(int64_t width, int64_t height, int bits, int colour_type, const std::string& rows,
                               const std::string& between = "") {
  std::string raw;
  const size_t row = rows.size() / static_cast<size_t>(height);
  for (size_t y = 0; y < static_cast<size_t>(height); ++y) raw += '\0' + rows.substr(y * row, row);
  uLongf size = ::compressBound(static_cast<uLong>(raw.size()));
  std::string packed(size, '\0');
  ::compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(raw.data()),
             static_cast<uLong>(raw.size()));
  packed.resize(size);
  return png_signature() + png_header(width, height, bits, colour_type) + between + png_chunk("IDAT", packed) +
         png_chunk("IEND", "");
}
inline std::string png_of(const Image& image, const std::string& between = "") {
  const int colour_type = image.channels == 1 ? 0 : image.channels == 3 ? 2 : 6;
  return png_of_rows(image.width, image.height, 8, colour_type, std::string(image.pixels.begin(), image.pixels.end()),
                     between);
}

/// A TIFF structure with one entry, the orientation: what EXIF in JPEG and PNG holds.
inline std::string exif_of(int orientation) {
  return "MM" + big_endian(42, 2) + big_endian(8, 4) + big_endian(1, 2) + big_endian(0x0112, 2) + big_endian(3, 2) +
         big_endian(1, 4) + big_endian(static_cast<uint64_t>(orientation), 2) + big_endian(0, 2) + big_endian(0, 4);
}

inline cv::Mat mat_of(const Image& image) {
  cv::Mat mat(static_cast<int>(image.height), static_cast<int>(image.width), CV_8UC(static_cast<int>(image.channels)));
  for (int64_t y = 0; y < image.height; ++y)
    for (int64_t x = 0; x < image.width; ++x)
      for (int64_t c = 0; c < image.channels; ++c) {
        const int64_t swapped = image.channels >= 3 && c < 3 ? 2 - c : c;  // RGB to BGR
        mat.ptr(static_cast<int>(y), static_cast<int>(x))[swapped] = image.at(x, y)[c];
      }
  return mat;
}
inline std::string encoded(const std::string& suffix, const cv::Mat& mat, const std::vector<int>& parameters = {}) {
  std::vector<uint8_t> bytes;
  cv::imencode(suffix, mat, bytes, parameters);
  return std::string(bytes.begin(), bytes.end());
}
inline std::string jpeg_of(const Image& image, bool progressive = false, int quality = 95) {
  return encoded(".jpg", mat_of(image), {cv::IMWRITE_JPEG_QUALITY, quality, cv::IMWRITE_JPEG_PROGRESSIVE, progressive});
}
/// `segment` behind the first two bytes of a JPEG.
inline std::string with_segment(const std::string& jpeg, int marker, const std::string& data) {
  return jpeg.substr(0, 2) + '\xFF' + static_cast<char>(marker) + big_endian(data.size() + 2, 2) + data +
         jpeg.substr(2);
}

/// A picture of noise that is the same for the same name.
inline Image noise(int64_t width, int64_t height, int64_t channels, uint64_t name = 0) {
  Image image(width, height, channels);
  const Draw draw(name, Purpose::kFlip, 1);
  for (size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = static_cast<uint8_t>(draw.word(static_cast<uint32_t>(i)));
  return image;
}
inline Image drawn(int64_t width, int64_t height, int64_t channels,
                   const std::function<int(int64_t, int64_t, int64_t)>& value) {
  Image image(width, height, channels);
  for (int64_t y = 0; y < height; ++y)
    for (int64_t x = 0; x < width; ++x)
      for (int64_t c = 0; c < channels; ++c) image.at(x, y)[c] = static_cast<uint8_t>(value(x, y, c));
  return image;
}

inline Image decoded(std::string_view bytes) { return decode_image(bytes, probe_image(bytes), 64); }

}  // namespace dcgan::test
