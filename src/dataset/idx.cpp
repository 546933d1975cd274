#include "dataset/idx.hpp"

#include <zlib.h>

#include <memory>

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

struct CloseGz {
  void operator()(gzFile file) const { gzclose(file); }
};
/// zlib reads plain files as they are.
using GzHandle = std::unique_ptr<gzFile_s, CloseGz>;

constexpr int64_t kMostValues = int64_t{1} << 36;

std::string place(const fs::path& path) { return "the IDX file '" + shown(path) + "'"; }

void read_all(gzFile file, void* out, size_t bytes, const fs::path& path) {
  auto* to = static_cast<uint8_t*>(out);
  size_t got = 0;
  while (got < bytes) {
    const int part = gzread(file, to + got, static_cast<unsigned>(std::min<size_t>(bytes - got, 1 << 24)));
    int code = Z_OK;
    const char* message = gzerror(file, &code);
    if (part < 0 || (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR))
      throw Error(place(path) + " is damaged: " + printable(message));
    if (part == 0)
      throw Error(place(path) + " is cut off: " + with_commas(static_cast<int64_t>(got)) + " of " +
                  with_commas(static_cast<int64_t>(bytes)) + " bytes are there");
    got += static_cast<size_t>(part);
  }
}

bool is_idx_header(const uint8_t* b) {
  return b[0] == 0 && b[1] == 0 && b[2] >= 0x08 && b[2] <= 0x0E && b[3] >= 1 && b[3] <= 4;
}

}  // namespace

bool looks_like_idx(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  const GzHandle file(gzopen(path.c_str(), "rb"));
  uint8_t header[4] = {};
  return file && gzread(file.get(), header, 4) == 4 && is_idx_header(header);
}

IdxFile read_idx(const fs::path& path) {
  open_for_reading(path);  // for its clear error
  const GzHandle file(gzopen(path.c_str(), "rb"));
  if (!file) throw Error("cannot open '" + shown(path) + "'");
  gzbuffer(file.get(), 1 << 18);
  uint8_t header[4] = {};
  read_all(file.get(), header, 4, path);
  if (!is_idx_header(header)) throw Error("'" + shown(path) + "' is no IDX file");
  if (header[2] != 0x08)
    throw Error(place(path) + " holds numbers that are no bytes",
                "only IDX files of unsigned bytes (type 0x08) are read");
  IdxFile idx;
  int64_t total = 1;
  for (int i = 0; i < header[3]; ++i) {
    uint8_t size[4] = {};
    read_all(file.get(), size, 4, path);
    idx.shape.push_back(int64_t{size[0]} << 24 | size[1] << 16 | size[2] << 8 | size[3]);
    total =
        idx.shape.back() > 0 && total <= kMostValues / idx.shape.back() ? total * idx.shape.back() : kMostValues + 1;
  }
  // Grow with what really arrives: a lying header must not allocate by itself.
  if (total > kMostValues) throw Error(place(path) + " has a header with impossible sizes");
  constexpr int64_t kStep = 1 << 26;
  for (int64_t got = 0; got < total;) {
    const int64_t part = std::min(kStep, total - got);
    idx.values.resize(static_cast<size_t>(got + part));
    read_all(file.get(), idx.values.data() + got, static_cast<size_t>(part), path);
    got += part;
  }
  uint8_t extra = 0;
  const int more = gzread(file.get(), &extra, 1);
  if (more > 0) throw Error(place(path) + " is longer than its header says");
  // The end of a gzip stream holds its checksum: it is only now looked at.
  int code = Z_OK;
  const char* message = gzerror(file.get(), &code);
  if (more < 0 || (code != Z_OK && code != Z_STREAM_END))
    throw Error(place(path) + " is damaged: " + printable(message));
  return idx;
}

fs::path labels_beside(const fs::path& images) {
  std::string name = images.filename().native();
  const size_t word = name.find("images");
  if (word == std::string::npos) return {};
  name.replace(word, 6, "labels");
  if (const size_t kind = name.find("idx3"); kind != std::string::npos) name.replace(kind, 4, "idx1");
  std::error_code ignored;
  const std::string plain = name.ends_with(".gz") ? name.substr(0, name.size() - 3) : name;
  for (const auto& candidate : {name, plain, plain + ".gz"})
    if (const auto path = images.parent_path() / candidate; fs::is_regular_file(path, ignored)) return path;
  return {};
}

}  // namespace dcgan
