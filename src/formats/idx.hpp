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

/// What an IDX file says of its sizes; empty for what is none.
std::vector<int64_t> idx_shape(const fs::path& path);

}  // namespace dcgan
