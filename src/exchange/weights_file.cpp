#include "exchange/weights_file.hpp"

#include <ATen/Functions.h>
#include <caffe2/serialize/inline_container.h>

#include <memory>
#include <stdexcept>

#include "core/error.hpp"
#include "formats/zip.hpp"

namespace dcgan {
namespace {

constexpr std::pair<ElementType, at::ScalarType> kScalarTypes[] = {
    {ElementType::kF64, at::kDouble},    {ElementType::kF32, at::kFloat}, {ElementType::kF16, at::kHalf},
    {ElementType::kBF16, at::kBFloat16}, {ElementType::kI64, at::kLong},  {ElementType::kI32, at::kInt},
    {ElementType::kI16, at::kShort},     {ElementType::kI8, at::kChar},   {ElementType::kU8, at::kByte},
    {ElementType::kBool, at::kBool}};

ElementType element_type(const std::string& name, at::ScalarType type) {
  for (const auto& [ours, torchs] : kScalarTypes)
    if (torchs == type) return ours;
  throw Error("tensor '" + name + "' is of a type that other programs do not read");
}

/// A copy of bytes that lie anywhere, row-major.
at::Tensor tensor_from(std::string_view bytes, ElementType type, const std::vector<int64_t>& shape) {
  auto all = at::empty(shape, scalar_type(type));
  if (!bytes.empty()) std::memcpy(all.mutable_data_ptr(), bytes.data(), bytes.size());
  return all;
}

/// Tensors that lie in the storages themselves. Those that are not contiguous there are copied, which must not take
/// more memory than the file has: many may lie in one storage.
class StorageViews {
 public:
  StorageViews(std::map<std::string, std::string> storages, uint64_t file_bytes, std::string origin)
      : storages_(std::make_shared<std::map<std::string, std::string>>(std::move(storages))),
        left_(2 * static_cast<int64_t>(file_bytes)),
        origin_(std::move(origin)) {}

  at::Tensor operator()(const PickledTensor& one) {
    std::string& bytes = storages_->at(one.storage);
    const auto type = scalar_type(one.type);
    if (bytes.empty()) return at::empty(one.shape, type);
    const auto keep = [storages = storages_](void*) {};
    const auto all = at::from_blob(bytes.data(), {one.storage_elements}, keep, at::TensorOptions().dtype(type));
    const auto view = all.as_strided(one.shape, one.strides, one.offset);
    if (view.is_contiguous()) return view;
    left_ -= static_cast<int64_t>(view.nbytes());
    if (left_ < 0)
      throw Error(origin_ + ": its tensors share storages too often",
                  "save copies: {name: tensor.contiguous() for name, tensor in net.state_dict().items()}");
    return view.clone(at::MemoryFormat::Contiguous);
  }

 private:
  std::shared_ptr<std::map<std::string, std::string>> storages_;
  int64_t left_;
  std::string origin_;
};

/// Ready for its bytes to be written.
at::Tensor plain(const at::Tensor& tensor) { return tensor.detach().cpu().contiguous(); }

}  // namespace

at::ScalarType scalar_type(ElementType type) {
  for (const auto& [ours, torchs] : kScalarTypes)
    if (ours == type) return torchs;
  throw std::logic_error("an element type of no scalar type");
}

bool looks_like_weights(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  if (looks_like_state_dict(path) || looks_like_safetensors(read_file(path, 16), fs::file_size(path, ignored)))
    return true;
  // Of a damaged one its reader says more.
  return path.extension() == ".safetensors" && !looks_like_zip(path);
}

WeightsFile read_weights(const fs::path& path) {
  WeightsFile out;
  if (looks_like_state_dict(path) || looks_like_zip(path)) {
    StateDict dict = read_state_dict(path);
    StorageViews views(std::move(dict.storages), fs::file_size(path), "'" + shown(path) + "'");
    for (auto& one : dict.tensors) {
      if (!one.unusable.empty()) {
        out.unusable.push_back(std::move(one));
        continue;
      }
      out.containers.push_back(one.container);
      out.tensors.emplace_back(one.name, views(one));
    }
    out.others = std::move(dict.others), out.modules = std::move(dict.modules);
    return out;
  }
  const std::string bytes = read_file(path);
  SafeTensors read = read_safetensors(bytes, "'" + shown(path) + "'");
  for (const auto& one : read.tensors) out.tensors.emplace_back(one.name, tensor_from(one.data, one.type, one.shape));
  out.metadata = std::move(read.metadata);
  return out;
}

void write_state_dict(const fs::path& path, const NamedTensors& tensors) {
  std::string bytes;
  caffe2::serialize::PyTorchStreamWriter writer([&](const void* data, size_t count) {
    bytes.append(static_cast<const char*>(data), count);
    return count;
  });
  std::vector<PickledTensor> described;
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor whole = plain(tensor);
    const std::string key = std::to_string(described.size());
    described.push_back({name, key, element_type(name, whole.scalar_type()), whole.numel(), 0, whole.sizes().vec(),
                         whole.strides().vec()});
  }
  const std::string pickle = write_pickled_state(described);
  writer.writeRecord("data.pkl", pickle.data(), pickle.size());
  writer.writeRecord("byteorder", "little", 6);
  for (size_t i = 0; i < tensors.size(); ++i) {
    const at::Tensor whole = plain(tensors[i].second);
    writer.writeRecord("data/" + described[i].storage, whole.const_data_ptr(), whole.nbytes());
  }
  writer.writeEndOfFile();
  write_file(path, bytes);
}

void write_safetensors(const fs::path& path, const NamedTensors& tensors, const TextPairs& metadata) {
  std::vector<SafeTensor> described;
  for (const auto& [name, tensor] : tensors)
    described.push_back({name, element_type(name, tensor.scalar_type()), tensor.sizes().vec(), {}});
  AtomicFile file(path);
  file.append(safetensors_head(described, metadata));
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor whole = plain(tensor);
    file.append(whole.const_data_ptr(), whole.nbytes());
  }
  file.commit();
}

}  // namespace dcgan
