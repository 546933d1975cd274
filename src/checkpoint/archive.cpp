#include "checkpoint/archive.hpp"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "core/error.hpp"
#include "core/io/digest.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr char kArchiveMagic[] = "DCGANCKP";
constexpr uint32_t kArchiveVersion = 1;
constexpr uint64_t kHeadAt = 8 + 4 + 4 + 8 + 64;
constexpr uint64_t kAlign = 64;

const std::map<std::string, at::ScalarType>& known_types() {
  static const std::map<std::string, at::ScalarType> types = {
      {"float32", at::kFloat}, {"float64", at::kDouble}, {"int64", at::kLong}, {"bfloat16", at::kBFloat16}};
  return types;
}

std::string type_name(at::ScalarType type, const std::string& tensor) {
  for (const auto& [name, known] : known_types())
    if (known == type) return name;
  throw Error("tensor '" + tensor + "' has a type that checkpoints do not hold");
}

uint64_t aligned(uint64_t offset) { return (offset + kAlign - 1) / kAlign * kAlign; }

/// Do shape and strides need exactly `elements`, none farther than those? Asked before memory is taken for
/// them, because a table may claim anything.
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

}  // namespace

void check_finite(const NamedTensors& tensors) {
  const at::NoGradGuard no_grad;
  for (const auto& [name, tensor] : tensors)
    if (tensor.is_floating_point() && !at::isfinite(tensor.sum(at::kDouble)).item<bool>() &&
        !at::isfinite(tensor).all().item<bool>())
      throw NotFinite("'" + name + "' holds a NaN or an infinity");
}

void write_archive(const fs::path& path, const Json& meta, const NamedTensors& tensors, AtomicFile::Access access) {
  check_finite(tensors);
  std::vector<at::Tensor> dense;
  Json table = Json::array();
  uint64_t offset = 0;  // from the end of the head
  for (const auto& [name, tensor] : tensors) {
    auto cpu = tensor.detach().to(at::kCPU);
    if (!cpu.is_non_overlapping_and_dense()) cpu = cpu.contiguous();
    const std::string_view bytes(static_cast<const char*>(cpu.data_ptr()), cpu.nbytes());
    table.push_back({{"name", name},
                     {"dtype", type_name(cpu.scalar_type(), name)},
                     {"shape", cpu.sizes().vec()},
                     {"strides", cpu.strides().vec()},
                     {"offset", offset},
                     {"bytes", cpu.nbytes()},
                     {"sha256", sha256_hex(bytes)}});
    offset = aligned(offset + cpu.nbytes());
    dense.push_back(cpu);
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
  uint64_t end = start;
  for (size_t i = 0; i < dense.size(); ++i) {
    const uint64_t at = start + table[i]["offset"].get<uint64_t>();
    file.write_at(dense[i].data_ptr(), dense[i].nbytes(), at);
    end = aligned(at + dense[i].nbytes());
  }
  const std::string tail = "DCGANEND";  // the last bytes to be written, on an aligned place
  file.write_at(tail.data(), tail.size(), end);
  file.commit();
}

bool looks_like_archive(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && read_file(path, 8) == kArchiveMagic;
}

ArchiveReader::ArchiveReader(const fs::path& path) : path_(path), file_(open_for_reading(path)) {
  const std::string origin = "the checkpoint '" + shown(path) + "'";
  const uint64_t size = fs::file_size(path);
  std::string start(std::min<uint64_t>(size, kHeadAt), '\0');
  read_exactly(file_, start.data(), start.size(), 0, path);
  if (!start.starts_with(kArchiveMagic))
    throw Error("'" + shown(path) + "' is no checkpoint of dcgan",
                "give a run directory, one of its checkpoints/*.ckpt, or an exported generator");
  uint32_t version = 0;
  uint64_t head_bytes = 0;
  if (start.size() == kHeadAt) {
    std::memcpy(&version, start.data() + 8, 4);
    std::memcpy(&head_bytes, start.data() + 16, 8);
    if (version != kArchiveVersion)
      throw OtherVersion(origin + " is of format version " + std::to_string(version) + "; this program reads version " +
                             std::to_string(kArchiveVersion),
                         "use the version of dcgan that wrote it");
  }
  if (start.size() < kHeadAt || head_bytes > size - kHeadAt) throw Error(origin + " is cut off");
  if (head_bytes > kLongestJson)
    throw Error(origin + " is damaged: its head would have " + bytes_text(static_cast<double>(head_bytes)));
  std::string head(head_bytes, '\0');
  read_exactly(file_, head.data(), head.size(), kHeadAt, path);
  if (sha256_hex(head) != start.substr(kHeadAt - 64))
    throw Error(origin + " is damaged: its head has a wrong checksum");
  const Json json = parse_json(head, shown(path));
  meta_ = required<Json>(json, "meta", origin);
  const uint64_t data_at = aligned(kHeadAt + head_bytes);
  for (const auto& one : required<Json>(json, "tensors", origin)) {
    Entry entry{required<std::string>(one, "name", origin),
                required<std::string>(one, "dtype", origin),
                required<std::string>(one, "sha256", origin),
                required<std::vector<int64_t>>(one, "shape", origin),
                required<std::vector<int64_t>>(one, "strides", origin),
                data_at + required<uint64_t>(one, "offset", origin),
                required<uint64_t>(one, "bytes", origin)};
    if (entry.offset > size || entry.bytes > size - entry.offset)
      throw Error(origin + " is cut off: '" + entry.name + "' lies behind its end");
    entries_.push_back(std::move(entry));
  }
}

std::vector<std::pair<std::string, std::vector<int64_t>>> ArchiveReader::list() const {
  std::vector<std::pair<std::string, std::vector<int64_t>>> out;
  for (const auto& entry : entries_) out.emplace_back(entry.name, entry.shape);
  return out;
}

at::Tensor ArchiveReader::read(const Entry& entry) const {
  const std::string origin = "the checkpoint '" + shown(path_) + "'";
  const auto type = known_types().find(entry.dtype);
  if (type == known_types().end()) throw Error(origin + ": '" + entry.name + "' is of the unknown type " + entry.dtype);
  const uint64_t item = c10::elementSize(type->second);
  const std::string misfit = origin + ": '" + entry.name + "' has a shape, strides and a size that do not fit together";
  if (entry.bytes % item != 0 || !claims_exactly(entry.shape, entry.strides, entry.bytes / item)) throw Error(misfit);
  auto tensor = at::empty_strided(entry.shape, entry.strides, at::TensorOptions(type->second));
  if (!tensor.is_non_overlapping_and_dense()) throw Error(misfit);
  read_exactly(file_, tensor.data_ptr(), entry.bytes, entry.offset, path_);
  if (sha256_hex({static_cast<const char*>(tensor.data_ptr()), entry.bytes}) != entry.digest)
    throw Error(origin + " is damaged: '" + entry.name + "' has a wrong checksum");
  return tensor;
}

at::Tensor ArchiveReader::read(const std::string& name) const {
  for (const auto& entry : entries_)
    if (entry.name == name) return read(entry);
  throw Error("the checkpoint '" + shown(path_) + "' has no '" + name + "'");
}

NamedTensors ArchiveReader::read_all(const std::string& prefix) const {
  NamedTensors out;
  for (const auto& entry : entries_)
    if (entry.name.starts_with(prefix)) out.emplace_back(entry.name.substr(prefix.size()), read(entry));
  return out;
}

}  // namespace dcgan
