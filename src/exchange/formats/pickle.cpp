#include "exchange/formats/pickle.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "core/error.hpp"
#include "core/text.hpp"
#include "exchange/formats/torch_pickle.hpp"

namespace dcgan {
namespace {

constexpr size_t kMostEntries = 100'000, kLongestName = 1000;
constexpr int kMostDepth = 16;

class PickleReader : TorchPickle {
 public:
  PickleReader(std::string_view bytes, std::string origin)
      : TorchPickle(bytes, std::move(origin), "a state dict",
                    "save the weights alone: torch.save(net.state_dict(), FILE)") {}
  PickledState read();

 private:
  bool knows(const std::string&) const override { return false; }  // tensors are all that a state dict needs
  void flatten(Number dict, const std::string& prefix, int depth, PickledState& state) const;
};

void PickleReader::flatten(Number dict, const std::string& prefix, int depth, PickledState& state) const {
  const auto name_of = [&](Number key) {
    const PickledValue& value = values_[key];
    if (value.kind == PickledValue::kText) return prefix + value.text;
    if (value.kind == PickledValue::kInteger) return prefix + std::to_string(value.integer);
    throw Error(origin_ + ": a key of '" + printable(prefix) + "' is " + pickled_kind(value.kind) + ", not text");
  };
  const auto& items = values_[dict].items;
  for (size_t i = 0; i < items.size(); i += 2) {
    const std::string name = name_of(items[i]);
    if (name.size() > kLongestName) throw Error(origin_ + ": a name has more than 1,000 bytes");
    const PickledValue& value = values_[items[i + 1]];
    if (state.tensors.size() + state.others.size() == kMostEntries)
      throw Error(origin_ + " holds more than " + with_commas(kMostEntries) + " entries");
    if (value.kind == PickledValue::kTensor) {
      state.tensors.push_back(tensor(items[i + 1]));
      state.tensors.back().name = name;
    } else if (value.kind == PickledValue::kDict && depth < kMostDepth && !value.items.empty()) {
      flatten(items[i + 1], name + '.', depth + 1, state);
    } else if (value.kind == PickledValue::kDict && !value.items.empty()) {
      throw Error(origin_ + ": '" + printable(name) + "' lies more than " + std::to_string(kMostDepth) + " dicts deep");
    } else {
      state.others.push_back(name);
    }
  }
}

PickledState PickleReader::read() {
  const Number root = run();
  if (values_[root].kind != PickledValue::kDict)
    throw Error(origin_ + " holds " + pickled_kind(values_[root].kind) +
                    ", not the dict of tensors that a network's weights are",
                "save them with torch.save(net.state_dict(), FILE)");
  PickledState state;
  flatten(root, "", 0, state);
  if (state.tensors.empty()) throw Error(origin_ + " holds no tensors");
  std::map<std::string, int> seen;
  for (const auto& tensor : state.tensors)
    if (++seen[tensor.name] > 1) throw Error(origin_ + " holds '" + printable(tensor.name) + "' twice");
  return state;
}

}  // namespace

PickledState read_pickled_state(std::string_view bytes, const std::string& origin) {
  return PickleReader(bytes, origin).read();
}

}  // namespace dcgan
