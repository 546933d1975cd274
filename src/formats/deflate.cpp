#include "formats/deflate.hpp"

#include <zlib.h>

#include <algorithm>

#include "core/error.hpp"

namespace dcgan {

std::optional<std::string> inflated_exactly(std::string_view packed, uint64_t bytes) {
  if (packed.size() > UINT32_MAX || bytes > UINT32_MAX) return std::nullopt;
  if (bytes / 1040 > packed.size()) return std::nullopt;  // deflate makes at most 1032 bytes of one
  std::string out(static_cast<size_t>(bytes), '\0');
  char nothing = 0;  // zlib wants a place even where there is nothing to write
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw Error("zlib cannot start: out of memory?");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.empty() ? &nothing : out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = inflate(&stream, Z_FINISH);
  const bool is_all = code == Z_STREAM_END && stream.avail_in == 0 && stream.avail_out == 0;
  inflateEnd(&stream);
  if (!is_all) return std::nullopt;
  return out;
}

std::string head_of_gzip(const fs::path& path, size_t bytes) {
  const gzFile file = gzopen(path.c_str(), "rb");
  if (!file) return "";
  std::string head(bytes, '\0');
  head.resize(static_cast<size_t>(std::max(0, gzread(file, head.data(), static_cast<unsigned>(bytes)))));
  gzclose(file);
  return head;
}

uint32_t crc32_of(std::string_view bytes) {
  return static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace dcgan
