#include "formats/safetensors.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr uint64_t kLengthBytes = 8, kLongestHead = 16 << 20;
constexpr const char* kMetadata = "__metadata__";
constexpr const char* kCopyAgain = "copy or download it again";

constexpr std::pair<const char*, ElementType> kSafetensorsTypes[] = {
    {"F64", ElementType::kF64}, {"F32", ElementType::kF32},  {"F16", ElementType::kF16}, {"BF16", ElementType::kBF16},
    {"I64", ElementType::kI64}, {"I32", ElementType::kI32},  {"I16", ElementType::kI16}, {"I8", ElementType::kI8},
    {"U8", ElementType::kU8},   {"BOOL", ElementType::kBool}};

uint64_t head_length(std::string_view bytes) {
  uint64_t length = 0;
  for (size_t i = kLengthBytes; i-- > 0;) length = length << 8 | static_cast<uint8_t>(bytes[i]);
  return length;
}

/// The length of the head, of a file whose first bytes are given.
uint64_t checked_length(std::string_view first_bytes, uint64_t file_bytes, const std::string& origin) {
  if (first_bytes.size() < kLengthBytes)
    throw Error(origin + " is cut off: it has " + counted(static_cast<int64_t>(file_bytes), "byte"), kCopyAgain);
  const uint64_t length = head_length(first_bytes);
  if (length > kLongestHead)
    throw Error(origin + " is not a safetensors file: its header would have " +
                bytes_text(static_cast<double>(length)));
  if (length > file_bytes - kLengthBytes) throw Error(origin + " is cut off within its header", kCopyAgain);
  return length;
}

Json head_from(std::string_view text, const std::string& origin) {
  Json head = parse_json(text, origin + ", its header");
  if (!head.is_object()) throw Error(origin + ": its header is not a JSON object");
  return head;
}

TextPairs metadata_from(const Json& head, const std::string& origin) {
  TextPairs metadata;
  const Json entry = head.value(kMetadata, Json::object());
  if (!entry.is_object()) throw Error(origin + ": its __metadata__ is not a JSON object");
  for (const auto& [key, value] : entry.items()) {
    if (!value.is_string())
      throw Error(origin + ": its __metadata__ has a value that is not text: '" + printable(key) + "'");
    metadata.emplace_back(key, value.get<std::string>());
  }
  return metadata;
}

SafeTensor tensor_from(const std::string& name, const Json& entry, std::string_view data, const std::string& origin) {
  const std::string place = origin + ": tensor '" + printable(name) + "'";
  SafeTensor tensor;
  tensor.name = name;
  const auto type = required<std::string>(entry, "dtype", place);
  const auto* known = std::find_if(std::begin(kSafetensorsTypes), std::end(kSafetensorsTypes),
                                   [&](const auto& one) { return type == one.first; });
  if (known == std::end(kSafetensorsTypes))
    throw Error(place + " has elements of type '" + printable(type) + "', which is not read");
  tensor.type = known->second;
  tensor.shape = required<std::vector<int64_t>>(entry, "shape", place);
  const auto offsets = required<std::vector<uint64_t>>(entry, "data_offsets", place);
  const auto count = element_count(tensor.shape);
  if (!count) throw Error(place + " has an impossible shape");
  if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data.size())
    throw Error(place + " lies outside of the file's " + with_commas(static_cast<int64_t>(data.size())) +
                " bytes of data");
  tensor.data = data.substr(offsets[0], offsets[1] - offsets[0]);
  if (tensor.data.size() != static_cast<uint64_t>(*count * bytes_of(tensor.type)))
    throw Error(place + " has " + with_commas(static_cast<int64_t>(tensor.data.size())) +
                " bytes; its shape and type need " + with_commas(*count * bytes_of(tensor.type)));
  return tensor;
}

/// Every byte of the data belongs to one tensor: nothing hides in a file.
void check_coverage(const SafeTensors& file, std::string_view data, const std::string& origin) {
  std::vector<const SafeTensor*> order;
  for (const auto& tensor : file.tensors) order.push_back(&tensor);
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return std::pair(a->data.data(), a->data.size()) < std::pair(b->data.data(), b->data.size());
  });
  const char* at = data.data();
  for (const auto* tensor : order) {
    if (tensor->data.data() != at)
      throw Error(origin + ": tensor '" + printable(tensor->name) +
                  (tensor->data.data() < at ? "' overlaps with another" : "' comes after a gap"));
    at += tensor->data.size();
  }
  if (at != data.data() + data.size()) throw Error(origin + " has bytes after its last tensor");
}

}  // namespace

bool looks_like_safetensors(std::string_view first_bytes, uint64_t file_bytes) {
  if (first_bytes.size() <= kLengthBytes || first_bytes[kLengthBytes] != '{') return false;
  const uint64_t length = head_length(first_bytes);
  return length >= 2 && length <= kLongestHead && length <= file_bytes - kLengthBytes;
}

SafeTensors read_safetensors(std::string_view bytes, const std::string& origin) {
  const uint64_t length = checked_length(bytes, bytes.size(), origin);
  const Json head = head_from(bytes.substr(kLengthBytes, length), origin);
  const std::string_view data = bytes.substr(kLengthBytes + length);
  SafeTensors file;
  for (const auto& [name, entry] : head.items())
    if (name != kMetadata) file.tensors.push_back(tensor_from(name, entry, data, origin));
  file.metadata = metadata_from(head, origin);
  check_coverage(file, data, origin);
  return file;
}

uint64_t safetensors_head_bytes(std::string_view first_bytes, uint64_t file_bytes, const std::string& origin) {
  return kLengthBytes + checked_length(first_bytes, file_bytes, origin);
}

TextPairs read_safetensors_metadata(std::string_view head, const std::string& origin) {
  const uint64_t length = checked_length(head, head.size(), origin);
  return metadata_from(head_from(head.substr(kLengthBytes, length), origin), origin);
}

std::string safetensors_head(const std::vector<SafeTensor>& tensors, const TextPairs& metadata) {
  Json head = Json::object();
  if (!metadata.empty()) {
    head[kMetadata] = Json::object();
    for (const auto& [key, value] : metadata) head[kMetadata][key] = value;
  }
  int64_t at = 0;
  for (const auto& tensor : tensors) {
    const auto* name = std::find_if(std::begin(kSafetensorsTypes), std::end(kSafetensorsTypes),
                                    [&](const auto& one) { return one.second == tensor.type; });
    const int64_t bytes = element_count(tensor.shape).value() * bytes_of(tensor.type);
    head[tensor.name] = {{"dtype", name->first}, {"shape", tensor.shape}, {"data_offsets", {at, at + bytes}}};
    at += bytes;
  }
  std::string text = compact(head);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::string out;
  for (size_t i = 0; i < kLengthBytes; ++i) out += static_cast<char>(text.size() >> 8 * i & 255);
  return out + text;
}

}  // namespace dcgan
