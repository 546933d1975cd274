// IDX files, the format of the MNIST family (LeCun, Cortes and Burges, "The MNIST database"): a big-endian
// header of sizes, then bytes. Gzipped or not.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/platform/io/file.hpp"

namespace dcgan {

/// Numbers with one to four dimensions, in row order.
struct IdxFile {
  int type = 0x08;  // unsigned bytes
  std::vector<int64_t> shape;
  std::vector<uint8_t> values;  // as they are stored: bytes, or larger numbers with the highest byte first
};

/// True if the file begins like an IDX file, gzipped or not. A file that cannot be read is none.
bool looks_like_idx(const fs::path& path);
/// Bytes alone. Throws Error naming what is wrong (type, cut off, bytes too many). `check`, when given, looks at the
/// shape before memory is asked for, and is told the size of the file; a gzipped file of more than 64 MB may unpack to
/// 64 times its size.
IdxFile read_idx(const fs::path& path,
                 const std::function<void(const std::vector<int64_t>& shape, uint64_t file_bytes)>& check = {});
/// Numbers of any type. `check` looks at type and shape before memory is asked for.
IdxFile read_idx_numbers(const fs::path& path,
                         const std::function<void(int type, const std::vector<int64_t>& shape)>& check);
/// Of a number of that type; 1 for types that are none.
size_t bytes_of_idx_number(int type);

struct IdxLabels {
  std::vector<int32_t> labels;       // -1: none
  std::vector<std::string> remarks;  // which numbers are taken for classes, and how many are none
};

/// A labels file: bytes or larger whole numbers, one a picture; or rows of them. Of rows of zeros and a one (one-hot)
/// the place of the one counts, of others the first number (QMNIST). Numbers below zero are no class. Throws Error when
/// there are not `count`, or they are no class numbers.
IdxLabels read_idx_labels(const fs::path& path, int64_t count);
/// What an IDX file says of its sizes; empty for what is none.
std::vector<int64_t> idx_shape(const fs::path& path);

/// Where the labels of an image file lie by the family's custom ("images-idx3" to "labels-idx1"), if there. Dots,
/// dashes, capitals, .gz and the words for the numbers do not matter.
fs::path labels_beside(const fs::path& images);
/// For an image file without labels: where they were looked for, and which file might hold them.
std::vector<std::string> remarks_without_labels(const fs::path& images);

}  // namespace dcgan
