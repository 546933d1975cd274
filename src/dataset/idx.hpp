// IDX files, the format of the MNIST family (LeCun, Cortes and Burges, "The MNIST database"): a big-endian
// header of sizes, then bytes. Gzipped or not.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/platform/file.hpp"

namespace dcgan {

/// Bytes (type 0x08) with one to four dimensions, in row order.
struct IdxFile {
  std::vector<int64_t> shape;
  std::vector<uint8_t> values;
};

/// True if the file begins like an IDX file of bytes, gzipped or not. A file that cannot be read is none.
bool looks_like_idx(const fs::path& path);
/// Throws Error naming what is wrong (type, cut off, bytes too many). `check`, when given, looks at the shape before
/// memory is asked for, and is told the size of the file; a gzipped file of more than 64 MB may unpack to 64 times its
/// size.
IdxFile read_idx(const fs::path& path,
                 const std::function<void(const std::vector<int64_t>& shape, uint64_t file_bytes)>& check = {});
/// Where the labels of an image file lie by the family's custom ("images-idx3" to "labels-idx1"), if there.
fs::path labels_beside(const fs::path& images);

}  // namespace dcgan
