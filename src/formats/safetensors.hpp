// The safetensors format: a JSON head that names tensors, then their numbers. Hugging Face, safetensors, "Format".
// Layout: uint64 length of the head (little-endian), the head {"name": {"dtype", "shape", "data_offsets": [begin,
// end]},
// ..., "__metadata__": {text: text}}, spaces allowed behind it, then the data, which the offsets count from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/element.hpp"
#include "core/text.hpp"

namespace dcgan {

struct SafeTensor {
  std::string name;
  ElementType type = ElementType::kF32;
  std::vector<int64_t> shape;
  std::string_view data;  // into the bytes that were read; row-major, little-endian
};

struct SafeTensors {
  std::vector<SafeTensor> tensors;  // in the order of the head
  TextPairs metadata;
};

/// True if the bytes begin like such a file.
bool looks_like_safetensors(std::string_view first_bytes, uint64_t file_bytes);

/// Reads a whole file. The result points into `bytes`. Throws Error naming `origin` and the tensor when the head lies:
/// is cut off or longer than 16 MiB, names an unknown type, gives bytes that do not fit the shape, overlap, leave a
/// gap, or are not in the file.
SafeTensors read_safetensors(std::string_view bytes, const std::string& origin);

/// How many bytes of a file its head takes, with the length before it; of the first 8 of them. Throws Error as
/// read_safetensors does.
uint64_t safetensors_head_bytes(std::string_view first_bytes, uint64_t file_bytes, const std::string& origin);
/// What a file says of itself, of so many bytes of it. Throws Error as read_safetensors does of a head.
TextPairs read_safetensors_metadata(std::string_view head, const std::string& origin);

/// What stands before the data of these tensors, whose `data` are not looked at: they follow in this order, without
/// gaps. A multiple of 8 bytes.
std::string safetensors_head(const std::vector<SafeTensor>& tensors, const TextPairs& metadata);

}  // namespace dcgan
