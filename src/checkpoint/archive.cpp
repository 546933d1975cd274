#include "checkpoint/archive.hpp"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

namespace dcgan {
namespace {

constexpr std::pair<at::ScalarType, ElementType> kScalars[] = {{at::kFloat, ElementType::kF32},
                                                               {at::kDouble, ElementType::kF64},
                                                               {at::kLong, ElementType::kI64},
                                                               {at::kBFloat16, ElementType::kBF16}};

ElementType element_type(at::ScalarType scalar, const std::string& tensor) {
  for (const auto& [known, type] : kScalars)
    if (known == scalar) return type;
  throw Error("tensor '" + tensor + "' has a type that checkpoints do not hold");
}

at::ScalarType scalar_type(ElementType type) {
  for (const auto& [scalar, known] : kScalars)
    if (known == type) return scalar;
  return at::kFloat;  // CheckpointFile::type_of gives no other
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
  std::vector<at::Tensor> dense;  // what the views below look at
  std::vector<TensorToStore> plain;
  for (const auto& [name, tensor] : tensors) {
    auto cpu = tensor.detach().to(at::kCPU);
    if (!cpu.is_non_overlapping_and_dense()) cpu = cpu.contiguous();
    plain.push_back({name,
                     element_type(cpu.scalar_type(), name),
                     cpu.sizes().vec(),
                     cpu.strides().vec(),
                     {static_cast<const char*>(cpu.const_data_ptr()), cpu.nbytes()}});
    dense.push_back(std::move(cpu));
  }
  write_checkpoint_file(path, meta, plain, access);
}

std::vector<std::pair<std::string, std::vector<int64_t>>> ArchiveReader::list() const {
  std::vector<std::pair<std::string, std::vector<int64_t>>> out;
  for (const auto& stored : file_.tensors()) out.emplace_back(stored.name, stored.shape);
  return out;
}

at::Tensor ArchiveReader::read(const StoredTensor& stored) const {
  const auto type = scalar_type(file_.type_of(stored));
  auto tensor = at::empty_strided(stored.shape, stored.strides, at::TensorOptions(type));
  file_.read(stored, tensor.data_ptr());
  return tensor;
}

NamedTensors ArchiveReader::read_all(const std::string& prefix) const {
  NamedTensors out;
  for (const auto& stored : file_.tensors())
    if (stored.name.starts_with(prefix)) out.emplace_back(stored.name.substr(prefix.size()), read(stored));
  return out;
}

}  // namespace dcgan
