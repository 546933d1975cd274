// IDX files for tests.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace dcgan::test {

inline std::string idx_header(int type, const std::vector<uint32_t>& shape) {
  std::string out = {0, 0, static_cast<char>(type), static_cast<char>(shape.size())};
  for (const uint32_t size : shape)
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift);
  return out;
}
inline void write_gz(const std::filesystem::path& path, const std::string& content) {
  const gzFile file = ::gzopen(path.c_str(), "wb1");
  ::gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
  ::gzclose(file);
}
/// Bytes that count up from `first`.
inline std::string counting_bytes(size_t count, int first = 0) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += static_cast<char>(first + static_cast<int>(i % 251));
  return out;
}

}  // namespace dcgan::test
