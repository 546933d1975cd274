#include "exchange/formats/pickle.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "core/error.hpp"
#include "core/text.hpp"
#include "exchange/formats/pickle_stack.hpp"

namespace dcgan {
namespace {

constexpr size_t kMostTensors = 100'000, kMostSides = 8, kLongestName = 1000;
constexpr int kMostDepth = 16;

class PickleReader : PickleStack {
 public:
  PickleReader(std::string_view bytes, std::string origin) : PickleStack(bytes, std::move(origin)) {}
  PickledState read();

 private:
  void global(const std::string& module, const std::string& name);
  void reduce();
  void storage();
  Number tensor(const std::vector<Number>& arguments);
  std::vector<int64_t> sides(Number number, const char* what) const;
  bool run_instruction();  // false after the last
  void flatten(Number dict, const std::string& prefix, int depth, PickledState& state) const;

  std::vector<PickledTensor> tensors_;
};

void PickleReader::global(const std::string& module, const std::string& name) {
  PickledValue value{.kind = PickledValue::kGlobal, .text = module + ' ' + name};
  const bool is_callable = value.text == "collections OrderedDict" || value.text == "torch._utils _rebuild_tensor_v2" ||
                           value.text == "torch._utils _rebuild_parameter" || value.text == "torch Size";
  const auto* storage = module == "torch" ? std::find_if(std::begin(kTorchStorages), std::end(kTorchStorages),
                                                         [&](const auto& one) { return name == one.first; })
                                          : std::end(kTorchStorages);
  if (storage != std::end(kTorchStorages)) {
    value.type = storage->second;
    value.integer = 1;  // names a storage
  } else if (!is_callable) {
    fail("it names '" + printable(module + '.' + name) + "', which is not one of the names that a state dict needs; " +
             "nothing in a file is ever run",
         "save the weights alone: torch.save(net.state_dict(), FILE)");
  }
  push(std::move(value));
}

/// A persistent id ("storage", torch.FloatStorage, key, device, elements) becomes a storage.
void PickleReader::storage() {
  const PickledValue id = of(pop(), PickledValue::kTuple, "a persistent id");
  if (id.items.size() != 5)
    fail("a persistent id has " + counted(static_cast<int64_t>(id.items.size()), "part") + ", not 5");
  if (of(id.items[0], PickledValue::kText, "a persistent id's kind").text != "storage")
    fail("a persistent id is no storage's");
  const PickledValue& type = of(id.items[1], PickledValue::kGlobal, "a storage's type");
  if (type.integer != 1) fail("a storage's type is '" + printable(type.text) + "'");
  const std::string& key = of(id.items[2], PickledValue::kText, "a storage's key").text;
  const int64_t elements = of(id.items[4], PickledValue::kInteger, "a storage's size").integer;
  if (!element_count({elements})) fail("a storage has " + with_commas(elements) + " elements");
  push({.kind = PickledValue::kStorage, .integer = elements, .text = key, .type = type.type});
}

std::vector<int64_t> PickleReader::sides(Number number, const char* what) const {
  const PickledValue& tuple = of(number, PickledValue::kTuple, what);
  if (tuple.items.size() > kMostSides) fail(std::string(what) + " has more than 8 parts");
  std::vector<int64_t> out;
  for (const Number item : tuple.items) {
    out.push_back(of(item, PickledValue::kInteger, what).integer);
    if (!element_count({out.back()})) fail(std::string(what) + " has the part " + with_commas(out.back()));
  }
  return out;
}

/// _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks[, metadata])
PickleNumber PickleReader::tensor(const std::vector<Number>& arguments) {
  if (arguments.size() < 6 || arguments.size() > 7)
    fail("a tensor is described by " + counted(static_cast<int64_t>(arguments.size()), "value"));
  const PickledValue& storage = of(arguments[0], PickledValue::kStorage, "a tensor's storage");
  PickledTensor tensor;
  tensor.storage = storage.text, tensor.type = storage.type, tensor.storage_elements = storage.integer;
  tensor.offset = of(arguments[1], PickledValue::kInteger, "a tensor's offset").integer;
  tensor.shape = sides(arguments[2], "a tensor's shape"), tensor.strides = sides(arguments[3], "its strides");
  if (tensor.shape.size() != tensor.strides.size()) fail("a tensor has another number of strides than of sides");
  const auto count = element_count(tensor.shape);
  if (!count) fail("a tensor has an impossible shape");
  if (tensor.offset < 0 || tensor.offset > tensor.storage_elements || *count > tensor.storage_elements)
    fail("a tensor does not fit into its storage");
  int64_t last = tensor.offset;
  for (size_t i = 0; i < tensor.shape.size() && *count > 0; ++i) {
    const int64_t side = tensor.shape[i] - 1, room = tensor.storage_elements - 1 - last;
    if (side > 0 && tensor.strides[i] > room / side) fail("a tensor does not fit into its storage");
    last += side * tensor.strides[i];
  }
  if (*count > 0 && last >= tensor.storage_elements) fail("a tensor does not fit into its storage");
  if (tensors_.size() == kMostTensors) fail("it has more than " + with_commas(kMostTensors) + " tensors");
  tensors_.push_back(std::move(tensor));
  return make({.kind = PickledValue::kTensor, .integer = static_cast<int64_t>(tensors_.size() - 1)});
}

void PickleReader::reduce() {
  const PickledValue arguments = of(pop(), PickledValue::kTuple, "arguments");
  const Number callable = pop();
  const std::string name = of(callable, PickledValue::kGlobal, "what it calls").text;
  if (name == "torch._utils _rebuild_tensor_v2") {
    stack_.push_back(tensor(arguments.items));
  } else if (name == "torch._utils _rebuild_parameter") {  // (tensor, requires_grad, hooks)
    if (arguments.items.size() != 3)
      fail("a parameter is described by " + counted(static_cast<int64_t>(arguments.items.size()), "value"));
    of(arguments.items[0], PickledValue::kTensor, "a parameter's tensor");
    stack_.push_back(arguments.items[0]);
  } else if (name == "torch Size") {
    if (arguments.items.size() != 1) fail("a torch.Size has no parts");
    of(arguments.items[0], PickledValue::kTuple, "a torch.Size");
    stack_.push_back(arguments.items[0]);
  } else if (name == "collections OrderedDict") {
    if (!arguments.items.empty()) fail("an OrderedDict is made from values");  // Python fills it afterwards
    push({.kind = PickledValue::kDict});
  } else {
    fail("it calls '" + printable(name) + "'");
  }
}

/// Python, Lib/pickletools.py: a code, its argument, what it does to the stack.
bool PickleReader::run_instruction() {
  instruction_at_ = at_;
  const uint8_t code = little<uint8_t>();
  switch (code) {
    case 0x80: {  // PROTO
      const auto protocol = little<uint8_t>();
      if (protocol < 2 || protocol > 5) fail("it is of protocol " + std::to_string(protocol) + "; 2 to 5 are read");
      return true;
    }
    case 0x95:  // FRAME
      little<uint64_t>();
      return true;
    case '.':  // STOP
      return false;
    case '(':  // MARK
      marks_.push_back(stack_.size());
      return true;
    case 'N':
      push({});
      return true;
    case 0x88:  // NEWTRUE
    case 0x89:  // NEWFALSE
      push({.kind = PickledValue::kBool, .integer = code == 0x88});
      return true;
    case 'K':  // BININT1
      push({.kind = PickledValue::kInteger, .integer = little<uint8_t>()});
      return true;
    case 'M':  // BININT2
      push({.kind = PickledValue::kInteger, .integer = little<uint16_t>()});
      return true;
    case 'J':  // BININT
      push({.kind = PickledValue::kInteger, .integer = static_cast<int32_t>(little<uint32_t>())});
      return true;
    case 0x8a: {  // LONG1
      const std::string_view digits = take(little<uint8_t>());
      if (digits.size() > 8) fail("a whole number has " + std::to_string(digits.size()) + " bytes");
      uint64_t value = !digits.empty() && static_cast<int8_t>(digits.back()) < 0 ? ~uint64_t{0} : 0;
      for (size_t i = digits.size(); i-- > 0;) value = value << 8 | static_cast<uint8_t>(digits[i]);
      push({.kind = PickledValue::kInteger, .integer = static_cast<int64_t>(value)});
      return true;
    }
    case 'G':  // BINFLOAT
      take(8);
      push({.kind = PickledValue::kFloat});
      return true;
    case 'X':  // BINUNICODE
      push({.kind = PickledValue::kText, .text = std::string(take(little<uint32_t>()))});
      return true;
    case 0x8c:  // SHORT_BINUNICODE
      push({.kind = PickledValue::kText, .text = std::string(take(little<uint8_t>()))});
      return true;
    case ')':  // EMPTY_TUPLE
      tuple(0);
      return true;
    case 0x85:  // TUPLE1, TUPLE2, TUPLE3
    case 0x86:
    case 0x87:
      tuple(code - 0x84u);
      return true;
    case 't':  // TUPLE
      push({.kind = PickledValue::kTuple, .items = pop_to_mark()});
      return true;
    case ']':  // EMPTY_LIST
      push({.kind = PickledValue::kList});
      return true;
    case 'a':  // APPEND
      extend(PickledValue::kList, {pop()});
      return true;
    case 'e':  // APPENDS
      extend(PickledValue::kList, pop_to_mark());
      return true;
    case '}':  // EMPTY_DICT
      push({.kind = PickledValue::kDict});
      return true;
    case 's': {  // SETITEM
      const Number value = pop(), key = pop();
      extend(PickledValue::kDict, {key, value});
      return true;
    }
    case 'u':  // SETITEMS
      extend(PickledValue::kDict, pop_to_mark());
      return true;
    case 'q':  // BINPUT
      memoize(little<uint8_t>());
      return true;
    case 'r':  // LONG_BINPUT
      memoize(little<uint32_t>());
      return true;
    case 0x94:  // MEMOIZE
      memoize(memo_.size());
      return true;
    case 'h':  // BINGET
      recall(little<uint8_t>());
      return true;
    case 'j':  // LONG_BINGET
      recall(little<uint32_t>());
      return true;
    case 'c': {  // GLOBAL
      const std::string module = line();
      global(module, line());
      return true;
    }
    case 0x93: {  // STACK_GLOBAL
      const std::string name = of(pop(), PickledValue::kText, "a name").text,
                        module = of(pop(), PickledValue::kText, "a module").text;
      global(module, name);
      return true;
    }
    case 'R':
      reduce();
      return true;
    case 'Q':  // BINPERSID
      storage();
      return true;
    case 'b':  // BUILD: attributes of a dict (_metadata: versions of modules) are not needed
      pop();
      top_of(PickledValue::kDict);
      return true;
    default: {
      constexpr char kDigits[] = "0123456789abcdef";
      fail(std::string("the instruction 0x") + kDigits[code >> 4] + kDigits[code & 15] +
               " is none that a state dict needs",
           "save the weights alone: torch.save(net.state_dict(), FILE)");
    }
  }
}

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
    if (state.tensors.size() + state.others.size() == kMostTensors)
      throw Error(origin_ + " holds more than " + with_commas(kMostTensors) + " entries");
    if (value.kind == PickledValue::kTensor) {
      state.tensors.push_back(tensors_[static_cast<size_t>(value.integer)]);
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
  while (run_instruction()) {
  }
  const Number root = pop();
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
