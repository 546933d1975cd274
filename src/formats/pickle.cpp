#include "formats/pickle.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "core/error.hpp"
#include "core/text.hpp"
#include "formats/any_pickle.hpp"

namespace dcgan {
namespace {

constexpr size_t kMostEntries = 100'000, kLongestName = 1000, kMostVisits = 8'000'000;
constexpr int kMostDepth = 16;

class PickleReader : AnyPickle {
 public:
  PickleReader(std::string_view bytes, std::string origin)
      : AnyPickle(bytes, std::move(origin), "a state dict",
                  "save the weights alone: torch.save(net.state_dict(), FILE)") {}
  PickledState read();
  std::vector<std::string> read_texts();
  std::optional<bool> read_truth(const std::string& key);
  size_t end() const { return at_; }

 private:
  bool may_hold_tensors(Number number) const;
  bool is_module(const PickledValue& object) const;
  std::optional<PickledTensor> as_array(const PickledValue& object) const;
  void flatten(Number container, const std::string& prefix, int depth);
  void take(Number number, const std::string& prefix, const std::string& name, int depth);
  void check_room() const;

  PickledState state_;
  size_t visits_ = 0;
  std::vector<Number> path_;  // the containers that are being looked through
};

/// "argparse Namespace" as "argparse.Namespace".
std::string class_name(const PickledValue& object) {
  const size_t blank = object.text.find(' ');
  return object.text.substr(0, blank) + '.' + object.text.substr(blank + 1);
}

/// May tensors lie within?
bool PickleReader::may_hold_tensors(Number number) const {
  const auto kind = values_[number].kind;
  return kind == PickledValue::kTensor || ((kind == PickledValue::kDict || kind == PickledValue::kList ||
                                            kind == PickledValue::kTuple || kind == PickledValue::kObject) &&
                                           !values_[number].items.empty());
}

/// A torch.nn.Module, by its attributes: they are set before any of its own.
bool PickleReader::is_module(const PickledValue& object) const {
  constexpr size_t kFirst = 2 * 64;
  for (size_t i = 0; i < std::min(object.items.size(), kFirst); i += 2) {
    const PickledValue& attributes = values_[object.items[i + 1]];
    if (values_[object.items[i]].kind != PickledValue::kNone || attributes.kind != PickledValue::kDict) continue;
    int found = 0;
    for (size_t k = 0; k < std::min(attributes.items.size(), kFirst); k += 2) {
      const std::string& name = values_[attributes.items[k]].text;
      found += name == "_parameters" || name == "_modules";
    }
    if (found == 2) return true;
  }
  return false;
}

/// An array of NumPy's, whose state is (version, shape, type, order, bytes): a tensor that cannot be used.
std::optional<PickledTensor> PickleReader::as_array(const PickledValue& object) const {
  if (object.text != "numpy.core.multiarray _reconstruct" && object.text != "numpy._core.multiarray _reconstruct")
    return {};
  PickledTensor array;
  array.unusable = "is an array of NumPy";
  const PickledValue& state = values_[object.items.back()];
  if (state.kind == PickledValue::kTuple && state.items.size() == 5 && values_[state.items[1]].items.size() <= 8)
    for (const Number side : values_[state.items[1]].items) array.shape.push_back(values_[side].integer);
  if (!element_count(array.shape)) array.shape.clear();
  return array;
}

void PickleReader::check_room() const {
  if (state_.tensors.size() + state_.others.size() + state_.modules.size() >= kMostEntries)
    throw Error(origin_ + " holds more than " + with_commas(kMostEntries) + " entries");
}

/// One value: `prefix` is what it lies in, `name` its own.
void PickleReader::take(Number number, const std::string& prefix, const std::string& name, int depth) {
  const PickledValue& value = values_[number];
  const std::string whole = prefix + name;
  if (whole.size() > kLongestName) throw Error(origin_ + ": a name has more than 1,000 bytes");
  check_room();
  const bool is_object = value.kind == PickledValue::kObject;
  std::optional<PickledTensor> found;
  if (value.kind == PickledValue::kTensor) found = tensor(number);
  if (is_object) found = as_array(value);
  if (found) {
    state_.tensors.push_back(std::move(*found));
    state_.tensors.back().name = whole;
    state_.tensors.back().container = prefix.size();
  } else if (is_object && is_module(value)) {
    state_.modules.push_back(whole.empty() ? class_name(value) : whole + " (" + class_name(value) + ")");
  } else if (may_hold_tensors(number) && std::find(path_.begin(), path_.end(), number) == path_.end()) {
    if (depth > kMostDepth)
      throw Error(origin_ + ": '" + printable(whole) + "' lies more than " + std::to_string(kMostDepth) +
                  " dicts deep");
    const size_t before = state_.tensors.size() + state_.modules.size();
    flatten(number, whole.empty() ? "" : whole + '.', depth + 1);
    if (is_object && before == state_.tensors.size() + state_.modules.size())
      state_.others.push_back(whole + " (" + class_name(value) + ")");
  } else {
    state_.others.push_back(is_object ? whole + " (" + class_name(value) + ")" : whole);
  }
}

void PickleReader::flatten(Number container, const std::string& prefix, int depth) {
  const PickledValue& value = values_[container];
  const auto& items = value.items;
  visits_ += items.size();
  if (visits_ > kMostVisits) throw Error(origin_ + " refers to the same values too often");
  path_.push_back(container);
  const size_t others = state_.others.size();
  if (value.kind == PickledValue::kList || value.kind == PickledValue::kTuple) {
    if (std::none_of(items.begin(), items.end(), [&](Number item) { return may_hold_tensors(item); }))
      state_.others.push_back(prefix.substr(0, prefix.empty() ? 0 : prefix.size() - 1));  // losses, a date
    else
      for (size_t i = 0; i < items.size(); ++i) take(items[i], prefix, std::to_string(i), depth);
  } else {
    for (size_t i = 0; i < items.size(); i += 2) {
      const PickledValue& key = values_[items[i]];
      const bool is_number = key.kind == PickledValue::kInteger;
      if (key.kind == PickledValue::kNone && value.kind == PickledValue::kObject) {
        const std::string own = prefix.substr(0, prefix.size() - !prefix.empty());
        const bool is_attributes = values_[items[i + 1]].kind == PickledValue::kDict;
        if (may_hold_tensors(items[i + 1]))
          take(items[i + 1], "", is_attributes ? own : prefix + std::to_string(i / 2), depth);
      } else {
        take(items[i + 1], prefix,
             is_number                         ? std::to_string(key.integer)
             : key.kind == PickledValue::kText ? key.text
                                               : "(" + std::to_string(i / 2) + ": " + pickled_kind(key.kind) + ")",
             depth);
      }
    }
  }
  // Of a stand-in without tensors, its own name is enough.
  if (value.kind == PickledValue::kObject && others < state_.others.size()) state_.others.resize(others);
  path_.pop_back();
}

PickledState PickleReader::read() {
  const Number root = run();
  const PickledValue& value = values_[root];
  const bool is_module_itself = value.kind == PickledValue::kObject && is_module(value);
  if (!is_module_itself && (value.kind == PickledValue::kTensor || !may_hold_tensors(root)) &&
      value.kind != PickledValue::kDict)
    throw Error(origin_ + " holds " +
                    (value.kind == PickledValue::kObject ? printable(class_name(value)) : pickled_kind(value.kind)) +
                    ", not the dict of tensors that a network's weights are",
                "save them with torch.save(net.state_dict(), FILE)");
  take(root, "", "", 0);
  if (state_.tensors.empty() && state_.modules.empty()) {
    std::vector<std::string> held;
    for (const auto& one : state_.others)
      if (!one.empty() && held.size() < 10) held.push_back(printable(one));
    throw Error(origin_ + " holds no tensors" + (held.empty() ? "" : ", only " + joined(held, ", ")) +
                    (state_.others.size() > held.size() && held.size() == 10
                         ? " and " + with_commas(static_cast<int64_t>(state_.others.size() - held.size())) + " more"
                         : ""),
                "save the weights: torch.save(net.state_dict(), FILE)");
  }
  std::map<std::string, int> seen;
  for (const auto& tensor : state_.tensors)
    if (++seen[tensor.name] > 1) throw Error(origin_ + " holds '" + printable(tensor.name) + "' twice");
  return std::move(state_);
}

std::vector<std::string> PickleReader::read_texts() {
  std::vector<std::string> texts;
  for (const Number item : of(run(), PickledValue::kList, "what it holds").items)
    texts.push_back(of(item, PickledValue::kText, "what its list holds").text);
  return texts;
}

std::optional<bool> PickleReader::read_truth(const std::string& key) {
  const auto& items = of(run(), PickledValue::kDict, "what it holds").items;
  for (size_t i = 0; i < items.size(); i += 2)
    if (values_[items[i]].text == key && values_[items[i + 1]].kind == PickledValue::kBool)
      return values_[items[i + 1]].integer != 0;
  return {};
}

/// What `read` gets of a reader, and where the pickle ended.
template <class Read>
auto read_pickle(std::string_view bytes, const std::string& origin, size_t* end, Read read) {
  PickleReader reader(bytes, origin);
  auto out = read(reader);
  if (end) *end = reader.end();
  return out;
}

}  // namespace

PickledState read_pickled_state(std::string_view bytes, const std::string& origin, size_t* end) {
  return read_pickle(bytes, origin, end, [](PickleReader& reader) { return reader.read(); });
}

std::vector<std::string> read_pickled_texts(std::string_view bytes, const std::string& origin, size_t* end) {
  return read_pickle(bytes, origin, end, [](PickleReader& reader) { return reader.read_texts(); });
}

std::optional<bool> read_pickled_truth(std::string_view bytes, const std::string& key, const std::string& origin,
                                       size_t* end) {
  return read_pickle(bytes, origin, end, [&](PickleReader& reader) { return reader.read_truth(key); });
}

}  // namespace dcgan
