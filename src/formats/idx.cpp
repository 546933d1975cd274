#include "formats/idx.hpp"

#include <zlib.h>

#include <algorithm>
#include <memory>

#include "core/checked.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

struct CloseGz {
  void operator()(gzFile file) const { gzclose(file); }
};
/// zlib reads plain files as they are.
using GzHandle = std::unique_ptr<gzFile_s, CloseGz>;

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

GzHandle open_gz(const fs::path& path) {
  FileHandle file = open_for_reading(path);
  GzHandle gz(gzdopen(file.get(), "rb"));
  if (!gz) throw Exhausted("cannot read '" + shown(path) + "': there is not enough memory", "close other programs");
  file.release();
  return gz;
}

/// `total` bytes behind a head of `head`, in a file of `file_bytes`: asked before memory is taken for them.
void check_total(Checked total, uint64_t head, uint64_t file_bytes, bool is_plain, const fs::path& path) {
  constexpr uint64_t kMostTimes = 64, kAlways = 64'000'000;  // pictures of strokes on black unpack to 10 times as much
  if (!total.value()) throw Error(place(path) + " has a header with impossible sizes");
  const uint64_t bytes = *total.value();
  if (is_plain && !((Checked(bytes) + head).is_at_most(file_bytes)))
    throw Error(place(path) +
                " is cut off: " + with_commas(static_cast<int64_t>(file_bytes - std::min(head, file_bytes))) + " of " +
                with_commas(static_cast<int64_t>(bytes)) + " bytes are there");
  if (!is_plain && bytes > kAlways && bytes / kMostTimes > file_bytes)
    throw Error(place(path) + " claims " + bytes_text(double(bytes)) + ", more than " + std::to_string(kMostTimes) +
                    " times its size",
                "if you trust it, unpack it first: gunzip");
}

bool is_idx_header(const uint8_t* b) {
  return b[0] == 0 && b[1] == 0 && b[2] >= 0x08 && b[2] <= 0x0E && b[3] >= 1 && b[3] <= 4;
}

constexpr int kBytes = 0x08;

/// The command that makes an array of NumPy's of an IDX file of any numbers, which is then read or says what to do.
std::string as_array(const fs::path& path) {
  const fs::path out = parent_of(path) / (path.filename().native() + ".npy");
  return "make an array of it, and give that: " +
         python_command(
             "import gzip, numpy, sys; p = sys.argv[1]; "
             "b = (gzip.open if open(p, \"rb\").read(2) == b\"\\x1f\\x8b\" else open)(p, \"rb\").read(); "
             "t = {9: \"i1\", 11: \">i2\", 12: \">i4\", 13: \">f4\", 14: \">f8\"}[b[2]]; "
             "s = numpy.frombuffer(b, \">i4\", b[3], 4); "
             "a = numpy.frombuffer(b, t, offset=4 + 4 * b[3]).reshape(s); "
             "numpy.save(sys.argv[2], a.astype(\"f4\"))",
             {path.native(), out.native()});
}

/// Type and sizes, without values.
IdxFile read_head(gzFile file, const fs::path& path) {
  uint8_t header[4] = {};
  read_all(file, header, 4, path);
  if (!is_idx_header(header)) throw Error("'" + shown(path) + "' is not an IDX file");
  IdxFile idx;
  idx.type = header[2];
  for (int i = 0; i < header[3]; ++i) {
    uint8_t size[4] = {};
    read_all(file, size, 4, path);
    idx.shape.push_back(int64_t{size[0]} << 24 | size[1] << 16 | size[2] << 8 | size[3]);
  }
  return idx;
}

/// What stands behind the head, all of it and no more.
void read_values(gzFile file, IdxFile& idx, uint64_t file_bytes, const fs::path& path,
                 const std::function<void(const std::vector<int64_t>& shape, uint64_t file_bytes)>& check) {
  Checked total(bytes_of_idx_number(idx.type));
  for (const int64_t side : idx.shape) total = total * Checked::of(side);
  check_total(total, uint64_t{4} + 4 * idx.shape.size(), file_bytes, gzdirect(file) == 1, path);
  if (check) check(idx.shape, file_bytes);
  idx.values.resize(static_cast<size_t>(*total.value()));
  read_all(file, idx.values.data(), idx.values.size(), path);
  uint8_t extra = 0;
  const int more = gzread(file, &extra, 1);
  if (more > 0) throw Error(place(path) + " is longer than its header says");
  // The end of a gzip stream holds its checksum: it is only now looked at.
  int code = Z_OK;
  const char* message = gzerror(file, &code);
  if (more < 0 || (code != Z_OK && code != Z_STREAM_END))
    throw Error(place(path) + " is damaged: " + printable(message));
}

}  // namespace

size_t bytes_of_idx_number(int type) {
  return type == 0x0B ? 2 : type == 0x0C || type == 0x0D ? 4 : type == 0x0E ? 8 : 1;
}

bool looks_like_idx(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  try {
    const GzHandle file = open_gz(path);
    uint8_t header[4] = {};
    return gzread(file.get(), header, 4) == 4 && is_idx_header(header);
  } catch (const Error& error) {
    rethrow_exhausted(error);
    return false;
  }
}

IdxFile read_idx(const fs::path& path,
                 const std::function<void(const std::vector<int64_t>& shape, uint64_t file_bytes)>& check) {
  const uint64_t file_bytes = stamp_of(path).bytes;
  const GzHandle file = open_gz(path);
  gzbuffer(file.get(), 1 << 18);
  IdxFile idx = read_head(file.get(), path);
  if (idx.type != kBytes)
    throw Error(place(path) + " holds numbers that are not bytes",
                "pictures are read from IDX files of unsigned bytes (type 0x08); " + as_array(path));
  read_values(file.get(), idx, file_bytes, path, check);
  return idx;
}

IdxFile read_idx_numbers(const fs::path& path,
                         const std::function<void(int type, const std::vector<int64_t>& shape)>& check) {
  const uint64_t file_bytes = stamp_of(path).bytes;
  const GzHandle file = open_gz(path);
  IdxFile idx = read_head(file.get(), path);
  read_values(file.get(), idx, file_bytes, path,
              [&](const std::vector<int64_t>& shape, uint64_t) { check(idx.type, shape); });
  return idx;
}

std::vector<int64_t> idx_shape(const fs::path& path) {
  if (!looks_like_idx(path)) return {};
  try {
    return read_head(open_gz(path).get(), path).shape;
  } catch (const Error& error) {
    rethrow_exhausted(error);
    return {};
  }
}

}  // namespace dcgan
