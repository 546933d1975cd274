#include "formats/checkpoint_file.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/checked.hpp"
#include "core/io/digest.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr char kArchiveMagic[] = "DCGANCKP";
constexpr char kEndMark[] = "DCGANEND";  // the last bytes to be written, on an aligned place
constexpr uint32_t kArchiveVersion = 1;
constexpr uint64_t kHeadAt = 8 + 4 + 4 + 8 + 64;
constexpr uint64_t kAlign = 64;

constexpr std::pair<const char*, ElementType> kTypes[] = {{"float32", ElementType::kF32},
                                                          {"float64", ElementType::kF64},
                                                          {"int64", ElementType::kI64},
                                                          {"bfloat16", ElementType::kBF16}};

std::string type_name(const TensorToStore& tensor) {
  for (const auto& [name, type] : kTypes)
    if (type == tensor.type) return name;
  throw Error("tensor '" + tensor.name + "' has a type that checkpoints do not hold");
}

uint64_t aligned(uint64_t offset) { return (offset + kAlign - 1) / kAlign * kAlign; }

/// Do shape and strides need exactly `elements`, none farther than those?
bool claims_exactly(const std::vector<int64_t>& shape, const std::vector<int64_t>& strides, uint64_t elements) {
  if (shape.size() != strides.size()) return false;
  uint64_t product = 1, farthest = 0;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] < 0 || strides[i] < 0) return false;
    if (shape[i] == 0) return elements == 0 && *std::min_element(shape.begin(), shape.end()) == 0;
    const auto side = static_cast<uint64_t>(shape[i]), stride = static_cast<uint64_t>(strides[i]);
    if (product > elements / side || (side > 1 && stride > elements / (side - 1))) return false;
    product *= side;
    farthest += (side - 1) * stride;
    if (farthest >= elements) return false;
  }
  return product == elements;
}

/// Does every place of the memory belong to one element? Of sizes that claims_exactly has checked.
bool is_dense(const std::vector<int64_t>& shape, const std::vector<int64_t>& strides) {
  std::vector<size_t> order;  // of the sides that are more than one place, the nearest first
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0) return true;
    if (shape[i] > 1) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return strides[a] < strides[b]; });
  int64_t expected = 1;
  for (const size_t i : order) {
    if (strides[i] != expected) return false;
    expected *= shape[i];
  }
  return true;
}

/// Of one row; its place is within `size` bytes. The file's data begin at `data_at`.
StoredTensor read_row(const Json& row, uint64_t data_at, uint64_t size, const std::string& origin) {
  StoredTensor tensor;
  tensor.name = required<std::string>(row, "name", origin);
  tensor.dtype = required<std::string>(row, "dtype", origin);
  tensor.digest = required<std::string>(row, "sha256", origin);
  tensor.shape = required<std::vector<int64_t>>(row, "shape", origin);
  tensor.strides = required<std::vector<int64_t>>(row, "strides", origin);
  const auto offset = required<uint64_t>(row, "offset", origin);
  tensor.bytes = required<uint64_t>(row, "bytes", origin);
  const auto end = (Checked(data_at) + offset + tensor.bytes).value();
  if (!end || *end > size) throw Error(origin + " is cut off: '" + tensor.name + "' lies beyond its end");
  tensor.offset = data_at + offset;
  return tensor;
}

}  // namespace

bool looks_like_archive(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && read_file(path, 8) == kArchiveMagic;
}

CheckpointFile::CheckpointFile(const fs::path& path) : path_(path), file_(open_for_reading(path)) {
  const uint64_t size = fs::file_size(path);
  const std::string head = read_head(size);
  const Json json = parse_json(head, shown(path));
  meta_ = required<Json>(json, "meta", origin());
  for (const auto& row : required<Json>(json, "tensors", origin()))
    tensors_.push_back(read_row(row, aligned(kHeadAt + head.size()), size, origin()));
}

std::string CheckpointFile::origin() const { return "the checkpoint '" + shown(path_) + "'"; }

std::string CheckpointFile::read_head(uint64_t size) const {
  std::string start(std::min<uint64_t>(size, kHeadAt), '\0');
  read_exactly(file_, start.data(), start.size(), 0, path_);
  if (!start.starts_with(kArchiveMagic))
    throw Error("'" + shown(path_) + "' is not a checkpoint of dcgan",
                "give a run directory, one of its checkpoints/*.ckpt, or an exported model");
  uint32_t version = 0;
  uint64_t head_bytes = 0;
  if (start.size() == kHeadAt) {
    std::memcpy(&version, start.data() + 8, 4);
    std::memcpy(&head_bytes, start.data() + 16, 8);
    if (version != kArchiveVersion)
      throw OtherVersion(origin() + " is of format version " + std::to_string(version) +
                             "; this program reads version " + std::to_string(kArchiveVersion),
                         "use the version of dcgan that wrote it");
  }
  if (start.size() < kHeadAt || head_bytes > size - kHeadAt) throw Error(origin() + " is cut off");
  if (head_bytes > kLongestJson)
    throw Error(origin() + " is damaged: its header would have " + bytes_text(static_cast<double>(head_bytes)));
  std::string head(head_bytes, '\0');
  read_exactly(file_, head.data(), head.size(), kHeadAt, path_);
  if (sha256_hex(head) != start.substr(kHeadAt - 64))
    throw Error(origin() + " is damaged: its header has a wrong checksum");
  return head;
}

const StoredTensor& CheckpointFile::tensor(const std::string& name) const {
  for (const auto& one : tensors_)
    if (one.name == name) return one;
  throw Error(origin() + " has no '" + name + "'");
}

ElementType CheckpointFile::type_of(const StoredTensor& tensor) const {
  const auto* type =
      std::find_if(std::begin(kTypes), std::end(kTypes), [&](const auto& one) { return one.first == tensor.dtype; });
  if (type == std::end(kTypes))
    throw Error(origin() + ": '" + tensor.name + "' is of the unknown type " + tensor.dtype);
  const auto item = static_cast<uint64_t>(bytes_of(type->second));
  if (tensor.bytes % item != 0 || !claims_exactly(tensor.shape, tensor.strides, tensor.bytes / item) ||
      !is_dense(tensor.shape, tensor.strides))
    throw Error(origin() + ": '" + tensor.name + "' has a shape, strides and a size that do not fit together");
  return type->second;
}

void CheckpointFile::read(const StoredTensor& tensor, void* out) const {
  read_exactly(file_, out, tensor.bytes, tensor.offset, path_);
  if (sha256_hex({static_cast<const char*>(out), tensor.bytes}) != tensor.digest)
    throw Error(origin() + " is damaged: '" + tensor.name + "' has a wrong checksum");
}

void write_checkpoint_file(const fs::path& path, const Json& meta, const std::vector<TensorToStore>& tensors,
                           AtomicFile::Access access) {
  Json table = Json::array();
  std::vector<uint64_t> offsets;  // from the end of the head
  uint64_t end = 0;
  for (const auto& tensor : tensors) {
    table.push_back({{"name", tensor.name},
                     {"dtype", type_name(tensor)},
                     {"shape", tensor.shape},
                     {"strides", tensor.strides},
                     {"offset", end},
                     {"bytes", tensor.data.size()},
                     {"sha256", sha256_hex(tensor.data)}});
    offsets.push_back(end);
    end = aligned(end + tensor.data.size());
  }
  const std::string head = compact({{"meta", meta}, {"tensors", table}});
  const uint32_t numbers[] = {kArchiveVersion, 0};
  const uint64_t head_bytes = head.size();
  AtomicFile file(path, AtomicFile::Aside::kFresh, access);
  file.append(kArchiveMagic, 8);
  file.append(numbers, sizeof numbers);
  file.append(&head_bytes, sizeof head_bytes);
  file.append(sha256_hex(head));
  file.append(head);
  const uint64_t start = aligned(kHeadAt + head.size());
  for (size_t i = 0; i < tensors.size(); ++i)
    file.write_at(tensors[i].data.data(), tensors[i].data.size(), start + offsets[i]);
  file.write_at(kEndMark, 8, start + end);
  file.commit();
}

}  // namespace dcgan
