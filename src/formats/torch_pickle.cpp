#include "formats/torch_pickle.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr size_t kMostTensors = 100'000, kMostSides = 8, kLongestGlobal = 1000;

}  // namespace

void TorchPickle::global(const std::string& module, const std::string& name) {
  if (module.size() + name.size() > kLongestGlobal) fail("a name has more than 1,000 bytes");
  PickledValue value{.kind = PickledValue::kGlobal, .text = module + ' ' + name};
  const auto* storage = module == "torch" ? std::find_if(std::begin(kTorchStorages), std::end(kTorchStorages),
                                                         [&](const auto& one) { return name == one.first; })
                                          : std::end(kTorchStorages);
  if (storage != std::end(kTorchStorages)) {
    value.type = storage->second;
    value.integer = 1;  // names a storage
  } else if (value.text != kTensor && value.text != kParameter && value.text != kSize && value.text != kOrdered &&
             !knows(value.text)) {
    fail("it names '" + printable(module + '.' + name) + "', which is not one of the names that " + purpose_ +
             " needs; " + "nothing in a file is ever run",
         hint_);
  }
  push(std::move(value));
}

/// A persistent id ("storage", torch.FloatStorage, key, device, elements) becomes a storage. Files from before
/// PyTorch 1.6 have a sixth part, which is None but for storages that are views of others, as PyTorch before 0.4 had.
void TorchPickle::storage() {
  const PickledValue id = of(pop(), PickledValue::kTuple, "a persistent id");
  if (id.items.size() == 6 && values_[id.items[5]].kind != PickledValue::kNone)
    fail("a storage is a view of another one, as in files from before PyTorch 0.4");
  if (id.items.size() != 5 && id.items.size() != 6)
    fail("a persistent id has " + counted(static_cast<int64_t>(id.items.size()), "part") + ", not 5");
  if (of(id.items[0], PickledValue::kText, "a persistent id's kind").text != "storage")
    fail("a persistent id is not a storage's");
  const PickledValue& type = of(id.items[1], PickledValue::kGlobal, "a storage's type");
  if (type.integer != 1) return unknown_storage(std::string(type.text));
  const std::string& key = of(id.items[2], PickledValue::kText, "a storage's key").text;
  const int64_t elements = of(id.items[4], PickledValue::kInteger, "a storage's size").integer;
  if (!element_count({elements})) fail("a storage has " + with_commas(elements) + " elements");
  push({.kind = PickledValue::kStorage, .integer = elements, .text = key, .type = type.type});
}

void TorchPickle::unknown_storage(const std::string& type) { fail("a storage's type is '" + printable(type) + "'"); }

std::vector<int64_t> TorchPickle::sides(Number number, const char* what) const {
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
PickleNumber TorchPickle::tensor_of(const std::vector<Number>& arguments) {
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
  return keep(std::move(tensor));
}

PickleNumber TorchPickle::keep(PickledTensor tensor) {
  if (tensors_.size() == kMostTensors) fail("it has more than " + with_commas(kMostTensors) + " tensors");
  tensors_.push_back(std::move(tensor));
  return make({.kind = PickledValue::kTensor, .integer = static_cast<int64_t>(tensors_.size() - 1)});
}

PickleNumber TorchPickle::unusable_tensor(const std::string& why, std::vector<int64_t> shape) {
  PickledTensor tensor;
  tensor.shape = std::move(shape), tensor.unusable = why;
  return keep(std::move(tensor));
}

void TorchPickle::reduce() {
  const Number arguments = pop();
  of(arguments, PickledValue::kTuple, "arguments");
  call(std::string(of(pop(), PickledValue::kGlobal, "what it calls").text), arguments);
}

void TorchPickle::call(const std::string& name, Number number) {
  const PickledValue& arguments = values_[number];  // good until a value is made
  if (name == kTensor) {
    stack_.push_back(tensor_of(arguments.items));
  } else if (name == kParameter) {  // (tensor, requires_grad, hooks)
    if (arguments.items.size() != 3)
      fail("a parameter is described by " + counted(static_cast<int64_t>(arguments.items.size()), "value"));
    of(arguments.items[0], PickledValue::kTensor, "a parameter's tensor");
    stack_.push_back(arguments.items[0]);
  } else if (name == kSize) {
    if (arguments.items.size() != 1) fail("a torch.Size has no parts");
    of(arguments.items[0], PickledValue::kTuple, "a torch.Size");
    stack_.push_back(arguments.items[0]);
  } else if (name == kOrdered) {
    if (!arguments.items.empty()) fail("an OrderedDict is made from values");  // Python fills it afterwards
    push({.kind = PickledValue::kDict});
  } else {
    fail("it calls '" + printable(name) + "'");
  }
}

void TorchPickle::build_object(const std::string&, Number) {
  fail("the instruction 0x81 is none that " + purpose_ + " needs", hint_);
}

void TorchPickle::fill_object(Number) {
  top_of(PickledValue::kDict);  // attributes of a dict (_metadata: versions of modules) are not needed
}

/// What stands for itself: numbers, texts, truths. False for any other instruction.
bool TorchPickle::run_value(uint8_t code) {
  switch (code) {
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
      if (digits.size() > 8) {  // a seed of a random generator: nobody asks for its value
        push({.kind = PickledValue::kFloat});
        return true;
      }
      uint64_t value = !digits.empty() && static_cast<int8_t>(digits.back()) < 0 ? ~uint64_t{0} : 0;
      for (size_t i = digits.size(); i-- > 0;) value = value << 8 | static_cast<uint8_t>(digits[i]);
      push({.kind = PickledValue::kInteger, .integer = static_cast<int64_t>(value)});
      return true;
    }
    case 'G':  // BINFLOAT: its value is asked for by nobody
      take(8);
      push({.kind = PickledValue::kFloat});
      return true;
    case 'X':  // BINUNICODE
      push({.kind = PickledValue::kText, .text = std::string(take(little<uint32_t>()))});
      return true;
    case 0x8c:  // SHORT_BINUNICODE
      push({.kind = PickledValue::kText, .text = std::string(take(little<uint8_t>()))});
      return true;
    default:
      return false;
  }
}

/// Python, Lib/pickletools.py: a code, its argument, what it does to the stack.
/// Tuples, lists and dicts.
bool TorchPickle::run_container(uint8_t code) {
  switch (code) {
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
      add_items(PickledValue::kList, {pop()});
      return true;
    case 'e':  // APPENDS
      add_items(PickledValue::kList, pop_to_mark());
      return true;
    case '}':  // EMPTY_DICT
      push({.kind = PickledValue::kDict});
      return true;
    case 's': {  // SETITEM
      const Number value = pop(), key = pop();
      add_items(PickledValue::kDict, {key, value});
      return true;
    }
    case 'u':  // SETITEMS
      add_items(PickledValue::kDict, pop_to_mark());
      return true;
    default:
      return false;
  }
}

/// What was pickled once and is meant again.
bool TorchPickle::run_memo(uint8_t code) {
  switch (code) {
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
    default:
      return false;
  }
}

/// Names of Python, and what is made by calling them.
bool TorchPickle::run_object(uint8_t code) {
  switch (code) {
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
    case 0x81: {  // NEWOBJ
      const Number arguments = pop();
      of(arguments, PickledValue::kTuple, "arguments");
      build_object(std::string(of(pop(), PickledValue::kGlobal, "a class").text), arguments);
      return true;
    }
    case 'b':  // BUILD
      fill_object(pop());
      return true;
    default:
      return false;
  }
}

bool TorchPickle::run_instruction() {
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
    default:
      break;
  }
  if (run_container(code) || run_memo(code) || run_object(code) || run_value(code) || run_other(code)) return true;
  constexpr char kDigits[] = "0123456789abcdef";
  fail(std::string("the instruction 0x") + kDigits[code >> 4] + kDigits[code & 15] + " is none that " + purpose_ +
           " needs",
       hint_);
}

PickleNumber TorchPickle::run() {
  while (run_instruction()) {
  }
  return pop();
}

}  // namespace dcgan
