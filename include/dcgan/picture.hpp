// A picture in plain memory, and as a PNG file. Not for reading pictures.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace dcgan {

struct Picture {
  int64_t width = 0, height = 0;  // pixels, 1 to 65,535 each where it is encoded
  int64_t channels = 0;           // 1 gray, 3 red green blue, 4 with alpha
  std::vector<uint8_t> pixels;    // height x width x channels, rows from the top, without gaps; 0 black, 255 white
  /// What the PNG says of it: keywords of 1 to 79 ASCII characters, and UTF-8. Of a drawn one: that it was generated,
  /// by which version, the model's SHA-256, and its name "seed:index".
  std::vector<std::pair<std::string, std::string>> text;

  bool operator==(const Picture&) const = default;
};

/// The bytes of a PNG file: the same for the same picture. Throws UsageError for sizes that do not fit together, Error
/// when it cannot be encoded. Any thread.
std::string encode_png(const Picture& picture);

/// The same as a file, which is complete or absent; one of that name is replaced. Throws Error naming it when it cannot
/// be written. Any thread.
void save_png(const Picture& picture, const std::filesystem::path& file);

}  // namespace dcgan
