// NumPy's .npy format: one array. NumPy, numpy/lib/format.py, "NPY format": versions 1.0 to 3.0 are read, 1.0 is
// written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/element.hpp"
#include "core/error.hpp"

namespace dcgan {

struct NpyArray {
  ElementType type = ElementType::kF32;  // every one but bf16, which the format does not know
  std::vector<int64_t> shape;
  std::string_view data;  // into the bytes that were read; row-major, little-endian
};

/// A sound array that NumPy reads and we do not: of other numbers, big-endian, or columns first.
class OtherNpy : public Error {
 public:
  using Error::Error;
};

bool looks_like_npy(std::string_view first_bytes);

/// Reads a whole file. The result points into `bytes`. Throws Error naming `origin` when it is cut off, damaged, or
/// holds what is not read: Python objects, records, big-endian numbers, columns first.
NpyArray read_npy(std::string_view bytes, const std::string& origin);

/// What stands before the data of an array: a multiple of 64 bytes.
std::string npy_head(ElementType type, const std::vector<int64_t>& shape);

}  // namespace dcgan
