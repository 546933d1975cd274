// NumPy's .npy format: one array. NumPy, numpy/lib/format.py, "NPY format": versions 1.0 to 3.0 are read, 1.0 is
// written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/element.hpp"

namespace dcgan {

struct NpyArray {
  ElementType type = ElementType::kF32;  // every one but bf16, which the format does not know
  std::vector<int64_t> shape;
  std::string_view data;  // into the bytes that were read; row-major, little-endian
};

/// What a file says of its array, of whatever numbers and in whatever order.
struct NpyDescription {
  std::string type;  // NumPy's: "<f4", "|O"; "[" for records
  bool columns_first = false;
  std::vector<int64_t> shape;
  std::string_view data;  // into the bytes that were read
};

/// Plain numbers of NumPy's.
struct NpyNumbers {
  char kind = 'u';  // b: bool, i: with signs, u: without, f: floating point
  size_t bytes = 1;
  bool is_big_endian = false;
};
/// Of "<f4" and the like, up to 8 bytes; nothing for other elements.
std::optional<NpyNumbers> npy_numbers(const std::string& type);
/// The one that begins at byte `at`.
double npy_number(const NpyNumbers& numbers, std::string_view data, size_t at);

bool looks_like_npy(std::string_view first_bytes);

/// Reads a whole file. The result points into `bytes`. Throws Error naming `origin` when it is cut off, damaged, or
/// holds what is not read: Python objects, records, big-endian numbers, columns first.
NpyArray read_npy(std::string_view bytes, const std::string& origin);
/// The same of any array. Only of plain numbers it is sure that all of them are there.
NpyDescription describe_npy(std::string_view bytes, const std::string& origin);

/// What stands before the data of an array: a multiple of 64 bytes.
std::string npy_head(ElementType type, const std::vector<int64_t>& shape);

}  // namespace dcgan
