#include "exchange/script_file.hpp"

#include <ATen/Functions.h>

#include <map>

#include "core/error.hpp"
#include "core/io/digest.hpp"
#include "core/text.hpp"
#include "exchange/weights_file.hpp"

namespace dcgan {
namespace {

constexpr char kMetadataRecord[] = "extra/dcgan.json";

bool is_statistic_name(const std::string& name) {
  return name.ends_with("running_mean") || name.ends_with("running_var");
}

/// The numbers of each record once, whoever shares them.
class Storages {
 public:
  explicit Storages(const ProgramArchive& archive) : archive_(archive) {}

  at::Tensor tensor(const PickledTensor& one) {
    auto found = storages_.find(one.storage);
    if (found == storages_.end()) {
      const std::string_view bytes = archive_.find(one.storage)->packed;
      auto all = at::empty({one.storage_elements}, scalar_type(one.type));
      if (!bytes.empty()) std::memcpy(all.mutable_data_ptr(), bytes.data(), bytes.size());
      found = storages_.emplace(one.storage, std::move(all)).first;
    }
    return found->second.as_strided(one.shape, one.strides, one.offset);
  }

 private:
  const ProgramArchive& archive_;
  std::map<std::string, at::Tensor> storages_;
};

}  // namespace

ScriptFile read_script_file(const fs::path& path) { return script_file_of(read_file(path), "'" + shown(path) + "'"); }

ScriptFile script_file_of(std::string bytes, const std::string& origin) {
  const auto kept = std::make_shared<const std::string>(std::move(bytes));
  ScriptFile file{kept, ProgramArchive(*kept, origin), origin, {}};
  if (file.archive.find(kMetadataRecord))
    file.metadata = parse_json(file.archive.read(kMetadataRecord), origin + ", its dcgan.json");
  return file;
}

ScriptWeights read_script_weights(const ScriptFile& file) {
  ScriptWeights weights;
  weights.module = read_program_module(file.archive, file.origin);
  Storages storages(file.archive);
  for (const bool statistics : {false, true})
    for (const auto& one : weights.module.tensors)
      if (is_statistic_name(one.name) == statistics) weights.tensors.emplace_back(one.name, storages.tensor(one));
  const auto& constants = weights.module.constants;
  for (size_t i = 0; i < constants.size(); ++i)
    weights.tensors.emplace_back("constant" + std::to_string(i), storages.tensor(constants[constants.size() - 1 - i]));
  return weights;
}

at::Tensor ScriptWeights::constant(size_t number) const {
  return number < module.constants.size() ? tensors[tensors.size() - 1 - number].second : at::Tensor();
}

std::string script_digest(const NamedTensors& weights) {
  Sha256 digest;
  for (const auto& [name, tensor] : weights) {
    const auto dense = tensor.contiguous();
    digest.add(name);
    digest.add(dense.const_data_ptr(), dense.nbytes());
  }
  return digest.hex();
}

bool was_ours(const ScriptFile& file) {
  if (!file.metadata.is_null()) return false;
  try {
    const ProgramModule module = read_program_module(file.archive, file.origin);
    return (module.class_name == "DcganGenerator" || module.class_name == "DcganDiscriminator") &&
           module.numbers.contains("version") && module.numbers.contains("classes");
  } catch (const Error&) {
    return false;  // no module as dcgan writes it
  }
}

void check_script_digest(const ScriptFile& file, const NamedTensors& weights) {
  if (!file.metadata.is_object() || !file.metadata.contains("sha256")) return;
  if (required<std::string>(file.metadata, "sha256", file.origin) != script_digest(weights))
    throw Error(file.origin + " was changed by another program: its weights are not those that dcgan wrote",
                "the file is whole, but nobody can say what it is of: export it again from its run or checkpoint");
}

}  // namespace dcgan
