#include "formats/any_pickle.hpp"

#include <algorithm>
#include <iterator>

#include "core/text.hpp"

namespace dcgan {
namespace {

/// Functions of torch/_utils.py that make tensors whose numbers are not read, and which of their arguments is a shape.
struct Unusable {
  const char* function;
  const char* why;
  size_t shape_at;
};
constexpr size_t kNoShape = 99;
constexpr Unusable kUnusable[] = {
    {"torch._utils _rebuild_qtensor", "is quantised", 2},
    {"torch._utils _rebuild_sparse_tensor", "is sparse", kNoShape},
    {"torch._utils _rebuild_sparse_csr_tensor", "is sparse", kNoShape},
    {"torch._utils _rebuild_nested_tensor", "is a nested tensor", kNoShape},
    {"torch._utils _rebuild_meta_tensor_no_storage", "has no numbers (it was saved from the device meta)", 1},
    {"torch._utils _rebuild_wrapper_subclass", "is a tensor of a class of its own", 2},
    {"torch._utils _rebuild_device_tensor_from_numpy", "is stored as a device of its own does it", kNoShape},
    {"torch._utils _rebuild_device_tensor_from_cpu_tensor", "is stored as a device of its own does it", kNoShape},
    {"torch._utils _rebuild_xla_tensor", "is stored as XLA does it", kNoShape},
};

constexpr char kFirstTensor[] = "torch._utils _rebuild_tensor", kTypedTensor[] = "torch._utils _rebuild_tensor_v3",
               kParameterWithState[] = "torch._utils _rebuild_parameter_with_state",
               kFromType[] = "torch._tensor _rebuild_from_type_v2";
constexpr const char* kDicts[] = {"collections defaultdict", "builtins dict", "__builtin__ dict"};

/// "torch ComplexFloatStorage" as "ComplexFloat", "torch float8_e4m3fn" as "float8_e4m3fn".
std::string element_name(const std::string& global) {
  std::string name = global.substr(global.find(' ') + 1);
  if (name.ends_with("Storage")) name.resize(name.size() - 7);
  return printable(name);
}

}  // namespace

std::vector<int64_t> AnyPickle::claimed_shape(const std::vector<Number>& arguments, size_t at) const {
  std::vector<int64_t> shape;
  if (at >= arguments.size() || values_[arguments[at]].kind != PickledValue::kTuple) return shape;
  for (const Number side : values_[arguments[at]].items) {
    if (values_[side].kind != PickledValue::kInteger || shape.size() == 8) return {};
    shape.push_back(values_[side].integer);
  }
  return element_count(shape) ? shape : std::vector<int64_t>();
}

void AnyPickle::stand_in(const std::string& name, Number arguments) {
  const Number none = make({});
  push({.kind = PickledValue::kObject, .text = name, .items = {none, arguments}});
}

/// Functions that make a tensor; false for any other.
bool AnyPickle::call_tensor(const std::string& name, Number number) {
  const std::vector<Number>& arguments = values_[number].items;  // good until a value is made
  const auto* known = std::find_if(std::begin(kUnusable), std::end(kUnusable),
                                   [&](const Unusable& one) { return name == one.function; });
  if (known != std::end(kUnusable)) {
    stack_.push_back(unusable_tensor(known->why, claimed_shape(arguments, known->shape_at)));
    return true;
  }
  if (name == kTypedTensor) {  // for types that have no storage of their own; the seventh is the type
    const bool is_named = arguments.size() > 6 && values_[arguments[6]].kind == PickledValue::kGlobal;
    const std::string type = is_named ? element_name(values_[arguments[6]].text) : "unknown";
    stack_.push_back(unusable_tensor("has elements of type " + type, claimed_shape(arguments, 2)));
    return true;
  }
  if (name != kFirstTensor && name != kTensor) return false;
  if (arguments.size() < 4)
    fail("a tensor is described by " + counted(static_cast<int64_t>(arguments.size()), "value"));
  const PickledValue& storage = of(arguments[0], PickledValue::kStorage, "a tensor's storage");
  const auto shape = claimed_shape(arguments, 2), strides = claimed_shape(arguments, 3);
  bool repeats = false;
  for (size_t i = 0; i < shape.size() && shape.size() == strides.size(); ++i)
    repeats = repeats || (shape[i] > 1 && strides[i] == 0);
  if (storage.integer < 0) {
    stack_.push_back(unusable_tensor("has elements of type " + element_name(storage.text), shape));
  } else if (repeats) {
    stack_.push_back(unusable_tensor("is expanded: it repeats fewer numbers than it shows (a stride of 0)", shape));
  } else if (name == kTensor) {
    TorchPickle::call(name, number);
  } else {  // PyTorch before 0.4: neither requires_grad nor hooks
    std::vector<Number> six = {arguments.begin(), arguments.begin() + 4};
    const Number none = make({});
    six.insert(six.end(), {none, none});
    TorchPickle::call(kTensor, make({.kind = PickledValue::kTuple, .items = std::move(six)}));
  }
  return true;
}

void AnyPickle::call(const std::string& name, Number number) {
  if (call_tensor(name, number)) return;
  const std::vector<Number>& arguments = values_[number].items;  // good until a value is made
  const bool is_dict = std::any_of(std::begin(kDicts), std::end(kDicts), [&](const char* one) { return name == one; });
  if (name == kParameterWithState && !arguments.empty()) {
    of(arguments[0], PickledValue::kTensor, "a parameter's tensor");
    stack_.push_back(arguments[0]);
  } else if (name == kFromType && arguments.size() == 4 && values_[arguments[0]].kind == PickledValue::kGlobal &&
             values_[arguments[2]].kind == PickledValue::kTuple) {  // (function, class, its arguments, attributes)
    const std::string function = values_[arguments[0]].text;
    if (!call_tensor(function, arguments[2])) stand_in(function, arguments[2]);
  } else if (name == kParameter || name == kSize || name == kOrdered) {
    TorchPickle::call(name, number);
  } else if (is_dict) {
    push({.kind = PickledValue::kDict});
  } else {
    stand_in(name, number);
  }
}

void AnyPickle::build_object(const std::string& name, Number arguments) { stand_in(name, arguments); }

void AnyPickle::fill_object(Number state) {
  if (stack_.empty() || (!marks_.empty() && stack_.size() == marks_.back())) fail("a value is missing");
  const auto kind = values_[stack_.back()].kind;
  if (kind == PickledValue::kObject) {
    const Number none = make({});
    auto& items = values_[stack_.back()].items;
    items.push_back(none), items.push_back(state);
  } else if (kind != PickledValue::kTensor && kind != PickledValue::kList) {
    TorchPickle::fill_object(state);
  }
}

void AnyPickle::add_items(PickledValue::Kind kind, const std::vector<Number>& items) {
  const bool is_there = !stack_.empty() && (marks_.empty() || stack_.size() > marks_.back());
  if (!is_there || values_[stack_.back()].kind != PickledValue::kObject) return extend(kind, items);
  if (kind == PickledValue::kDict) return extend(PickledValue::kObject, items);
  std::vector<Number> nameless;  // of a deque, or a list of a class of its own
  for (const Number item : items) nameless.push_back(make({})), nameless.push_back(item);
  extend(PickledValue::kObject, nameless);
}

void AnyPickle::unknown_storage(const std::string& type) {
  push({.kind = PickledValue::kStorage, .integer = -1, .text = type});
}

/// What values beside tensors need. Python, Lib/pickletools.py.
bool AnyPickle::run_other(uint8_t code) {
  const auto bytes = [&](uint64_t count) { take(count), push({.kind = PickledValue::kBytes}); };
  switch (code) {
    case 'C':  // SHORT_BINBYTES, BINBYTES, BINBYTES8, BYTEARRAY8
      bytes(little<uint8_t>());
      return true;
    case 'B':
      bytes(little<uint32_t>());
      return true;
    case 0x8e:
    case 0x96:
      bytes(little<uint64_t>());
      return true;
    case 'U':  // SHORT_BINSTRING, BINSTRING (Python 2), BINUNICODE8
      push({.kind = PickledValue::kText, .text = std::string(take(little<uint8_t>()))});
      return true;
    case 'T':
      push({.kind = PickledValue::kText, .text = std::string(take(little<uint32_t>()))});
      return true;
    case 0x8d:
      push({.kind = PickledValue::kText, .text = std::string(take(little<uint64_t>()))});
      return true;
    case 0x8b:  // LONG4: a number so long is asked for by nobody
      take(little<uint32_t>()), push({.kind = PickledValue::kFloat});
      return true;
    case 0x8f:  // EMPTY_SET, ADDITEMS, FROZENSET
      push({.kind = PickledValue::kList});
      return true;
    case 0x90:
      add_items(PickledValue::kList, pop_to_mark());
      return true;
    case 0x91:
      push({.kind = PickledValue::kTuple, .items = pop_to_mark()});
      return true;
    case 0x92: {  // NEWOBJ_EX: a class, arguments, arguments by name
      pop();
      const Number arguments = pop();
      stand_in(std::string(of(pop(), PickledValue::kGlobal, "a class").text), arguments);
      return true;
    }
    case '0':  // POP, POP_MARK: of tuples that hold themselves
      if (!marks_.empty() && stack_.size() == marks_.back())
        marks_.pop_back();
      else
        pop();
      return true;
    case '1':
      pop_to_mark();
      return true;
    default:
      return false;
  }
}

}  // namespace dcgan
