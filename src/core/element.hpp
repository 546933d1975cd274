// What a tensor's elements are, in the files of other programs. No torch: its readers and writers take bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dcgan {

enum class ElementType { kF64, kF32, kF16, kBF16, kI64, kI32, kI16, kI8, kU8, kBool };
inline constexpr ElementType kElementTypes[] = {
    ElementType::kF64, ElementType::kF32, ElementType::kF16, ElementType::kBF16, ElementType::kI64,
    ElementType::kI32, ElementType::kI16, ElementType::kI8,  ElementType::kU8,   ElementType::kBool};

constexpr int64_t bytes_of(ElementType type) {
  switch (type) {
    case ElementType::kF64:
    case ElementType::kI64:
      return 8;
    case ElementType::kF32:
    case ElementType::kI32:
      return 4;
    case ElementType::kF16:
    case ElementType::kBF16:
    case ElementType::kI16:
      return 2;
    case ElementType::kI8:
    case ElementType::kU8:
    case ElementType::kBool:
      return 1;
  }
  return 0;
}

/// Product of the sides; nothing when a side is negative or the product is above 2^40, which no file of ours or of
/// anyone's generator needs: sizes that were checked with it can be multiplied by bytes_of() without overflow.
inline std::optional<int64_t> element_count(const std::vector<int64_t>& shape) {
  constexpr int64_t kMost = int64_t{1} << 40;
  int64_t count = 1;
  bool is_empty = false;
  for (const int64_t side : shape) {
    if (side < 0) return std::nullopt;
    if (side == 0) is_empty = true;
    if (side > 0 && count > kMost / side) return std::nullopt;
    if (side > 0) count *= side;
  }
  return is_empty ? 0 : count;
}

/// "[2, 3]".
inline std::string shape_text(const std::vector<int64_t>& shape) {
  std::string out = "[";
  for (const int64_t side : shape) out += (out.size() > 1 ? ", " : "") + std::to_string(side);
  return out + "]";
}

}  // namespace dcgan
