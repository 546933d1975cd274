#include "formats/program.hpp"

#include <utility>

#include "core/error.hpp"
#include "core/text.hpp"
#include "formats/torch_pickle.hpp"

namespace dcgan {
namespace {

constexpr uint64_t kLongestModule = 16 << 20;
constexpr size_t kMostAttributes = 100'000, kLongestAttribute = 1000;
constexpr int kMostNesting = 16;
constexpr std::string_view kOwnClass = "__torch__";

class ModuleReader : TorchPickle {
 public:
  ModuleReader(std::string_view bytes, const std::string& origin)
      : TorchPickle(bytes, origin, "a module of tensors", "it is a program of another kind than dcgan exports") {}

  void read_module(ProgramModule& module) {
    const Number root = run();
    const std::string name = of(root, PickledValue::kObject, "what it holds").text;  // "__torch__.a.b Name"
    const size_t blank = name.find(' ');
    module.class_name = name.substr(blank + 1);
    module.source = "code/" + name.substr(0, blank) + ".py";
    for (char& c : module.source)
      if (c == '.' && &c < &module.source[module.source.size() - 3]) c = '/';
    flatten(root, "", 0, module);
  }

  void read_constants(ProgramModule& module) {
    const PickledValue constants = of(run(), PickledValue::kTuple, "what its constants are");
    for (const Number one : constants.items) {
      of(one, PickledValue::kTensor, "a constant");
      add(module.constants, one, "c" + std::to_string(module.constants.size()), "constants/");
    }
  }

 private:
  bool knows(const std::string& name) const override {
    return name.starts_with(kOwnClass) && name.find(' ') != std::string::npos;
  }
  void call(const std::string& name, Number arguments) override {
    if (knows(name)) fail("it calls '" + printable(name) + "'");
    TorchPickle::call(name, arguments);
  }
  void build_object(const std::string& name, Number arguments) override {
    if (!knows(name) || !values_[arguments].items.empty()) fail("it makes an object of '" + printable(name) + "'");
    push({.kind = PickledValue::kObject, .text = name});
  }
  void fill_object(Number state) override {
    if (values_[state].kind != PickledValue::kDict)
      fail("an object is made by a program of its own (__setstate__), which would run while it is loaded");
    auto items = values_[state].items;
    if (!top_of(PickledValue::kObject).items.empty()) fail("it fills an object twice");
    top_of(PickledValue::kObject).items = std::move(items);
  }

  void add(std::vector<PickledTensor>& to, Number number, const std::string& name, const char* folder) const {
    if (to.size() == kMostAttributes)
      throw Error(origin_ + " holds more than " + with_commas(kMostAttributes) + " tensors");
    to.push_back(tensor(number));
    to.back().name = name;
    to.back().storage = folder + to.back().storage;
  }

  void flatten(Number object, const std::string& prefix, int depth, ProgramModule& module) const {
    if (depth == kMostNesting)
      throw Error(origin_ + " has modules in modules, more than " + std::to_string(kMostNesting));
    const auto& items = values_[object].items;
    for (size_t i = 0; i < items.size(); i += 2) {
      const std::string name = prefix + of(items[i], PickledValue::kText, "the name of an attribute").text;
      if (name.size() > kLongestAttribute) throw Error(origin_ + ": a name has more than 1,000 bytes");
      if (++entries_ > kMostAttributes)
        throw Error(origin_ + " holds more than " + with_commas(kMostAttributes) + " attributes");
      const PickledValue& value = values_[items[i + 1]];
      if (value.kind == PickledValue::kTensor)
        add(module.tensors, items[i + 1], name, "data/");
      else if (value.kind == PickledValue::kObject)
        flatten(items[i + 1], name + '.', depth + 1, module);
      else if (value.kind == PickledValue::kInteger || value.kind == PickledValue::kBool)
        module.numbers.emplace(name, value.integer);
    }
  }

  mutable size_t entries_ = 0;
};

std::string pickle_of(const ProgramArchive& archive, const std::string& name, const std::string& origin) {
  const ProgramRecord* record = archive.find(name);
  if (!record) throw Error(origin + " is not TorchScript: it has no " + name, "export it again");
  if (record->bytes > kLongestModule) throw Error(origin + ": its record " + name + " is larger than it can need");
  return archive.read(name);
}

/// Numbers where the pickles say, in one type.
void check_storages(const ProgramArchive& archive, const ProgramModule& module, const std::string& origin) {
  std::map<std::string, ElementType> types;
  for (const auto* all : {&module.tensors, &module.constants})
    for (const auto& tensor : *all) {
      const auto bytes = static_cast<uint64_t>(tensor.storage_elements * bytes_of(tensor.type));
      const ProgramRecord* record = archive.find(tensor.storage);
      const std::string place = origin + ": the numbers of '" + printable(tensor.name) + "'";
      if (!record) throw Error(place + " are missing", "export it again, or copy it again");
      if (record->bytes != bytes)
        throw Error(place + " are not as many as it says", "export it again, or copy it again");
      if (types.emplace(tensor.storage, tensor.type).first->second != tensor.type)
        throw Error(place + " are of two types", "export it again");
    }
}

}  // namespace

ProgramModule read_program_module(const ProgramArchive& archive, const std::string& origin) {
  if (archive.find("byteorder") && archive.read("byteorder") != "little")
    throw Error(origin + " holds big-endian numbers", "write it on a little-endian machine");
  ProgramModule module;
  ModuleReader(pickle_of(archive, "data.pkl", origin), origin).read_module(module);
  ModuleReader(pickle_of(archive, "constants.pkl", origin), origin + ", its constants").read_constants(module);
  check_storages(archive, module, origin);
  return module;
}

}  // namespace dcgan
