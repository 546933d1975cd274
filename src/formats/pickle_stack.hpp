// What a pickle's instructions work on: the bytes, the values made so far, the stack and the memo. Not here: which
// instructions and names there are (pickle.cpp).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/element.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {

/// torch.FloatStorage and its kin.
inline constexpr std::pair<const char*, ElementType> kTorchStorages[] = {
    {"DoubleStorage", ElementType::kF64},    {"FloatStorage", ElementType::kF32}, {"HalfStorage", ElementType::kF16},
    {"BFloat16Storage", ElementType::kBF16}, {"LongStorage", ElementType::kI64},  {"IntStorage", ElementType::kI32},
    {"ShortStorage", ElementType::kI16},     {"CharStorage", ElementType::kI8},   {"ByteStorage", ElementType::kU8},
    {"BoolStorage", ElementType::kBool}};

inline constexpr size_t kMostPickledValues = 2'000'000;

/// Values refer to one another by number: a pickle may build circles, and these must neither leak nor be followed.
using PickleNumber = uint32_t;

struct PickledValue {
  enum Kind {
    kNone,
    kBool,
    kInteger,
    kFloat,
    kText,
    kTuple,
    kList,
    kDict,
    kGlobal,
    kStorage,
    kTensor,
    kObject,
    kBytes
  };
  Kind kind = kNone;
  int64_t integer = 0;  // kInteger and kBool; kTensor: its number in `tensors`; kStorage: its elements, or -1: unknown
  std::string text = {};  // kText; kGlobal, kObject: "module name"; kStorage: its key, or the name of an unknown type
  std::vector<PickleNumber> items = {};  // kTuple, kList; kDict, kObject: keys and values in turns
  ElementType type = ElementType::kF32;  // kStorage; of a kGlobal that is one
};

inline const char* pickled_kind(PickledValue::Kind kind) {
  constexpr const char* kNames[] = {"None",   "a bool", "a whole number", "a number", "text",      "a tuple", "a list",
                                    "a dict", "a name", "a storage",      "a tensor", "an object", "bytes"};
  return kNames[kind];
}

class PickleStack {
 protected:
  using Number = PickleNumber;

  PickleStack(std::string_view bytes, std::string origin) : bytes_(bytes), origin_(std::move(origin)) {}

  /// The bytes, and what is wrong with them.
  [[noreturn]] void fail(const std::string& what, const std::string& hint = "") const {
    throw Error(origin_ + ": byte " + with_commas(static_cast<int64_t>(instruction_at_)) + " of its pickle: " + what,
                hint);
  }
  std::string_view take(uint64_t count) {
    if (count > bytes_.size() - at_) fail("the pickle is cut off");
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  template <class T>
  T little() {
    static_assert(std::is_unsigned_v<T>);
    T value = 0;
    const std::string_view from = take(sizeof(T));
    for (size_t i = sizeof(T); i-- > 0;) value = static_cast<T>(value << 8 | static_cast<uint8_t>(from[i]));
    return value;
  }
  std::string line() {
    const size_t end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) fail("the pickle is cut off");
    std::string text(bytes_.substr(at_, end - at_));
    at_ = end + 1;
    return text;
  }

  /// The stack.
  Number make(PickledValue value) {
    if (values_.size() == kMostPickledValues) fail("it has more than " + with_commas(kMostPickledValues) + " values");
    values_.push_back(std::move(value));
    return static_cast<Number>(values_.size() - 1);
  }
  void push(PickledValue value) { stack_.push_back(make(std::move(value))); }
  Number pop() {
    if (stack_.empty() || (!marks_.empty() && stack_.size() == marks_.back())) fail("a value is missing");
    const Number top = stack_.back();
    stack_.pop_back();
    return top;
  }
  std::vector<Number> pop_to_mark() {
    if (marks_.empty()) fail("a mark is missing");
    const auto from = stack_.begin() + static_cast<int64_t>(marks_.back());
    std::vector<Number> items(from, stack_.end());
    stack_.erase(from, stack_.end());
    marks_.pop_back();
    return items;
  }
  PickledValue& top_of(PickledValue::Kind kind) {
    if (stack_.empty() || (!marks_.empty() && stack_.size() == marks_.back())) fail("a value is missing");
    PickledValue& value = values_[stack_.back()];
    if (value.kind != kind)
      fail(std::string(pickled_kind(kind)) + " is needed, and " + pickled_kind(value.kind) + " is there");
    return value;
  }
  const PickledValue& of(Number number, PickledValue::Kind kind, const char* what) const {
    const PickledValue& value = values_[number];
    if (value.kind != kind) fail(std::string(what) + " is " + pickled_kind(value.kind) + ", not " + pickled_kind(kind));
    return value;
  }

  void memoize(uint64_t key) {
    if (stack_.empty()) fail("a value is missing");
    memo_[key] = stack_.back();
  }
  void recall(uint64_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) fail("it recalls a value that it did not keep");
    stack_.push_back(found->second);
  }
  void tuple(size_t count) {
    std::vector<Number> items(count);
    for (size_t i = count; i-- > 0;) items[i] = pop();
    push({.kind = PickledValue::kTuple, .items = std::move(items)});
  }
  void extend(PickledValue::Kind kind, const std::vector<Number>& items) {
    if (kind == PickledValue::kDict && items.size() % 2 != 0) fail("a dict has a key without a value");
    auto& to = top_of(kind).items;
    to.insert(to.end(), items.begin(), items.end());
  }

  std::string_view bytes_;
  std::string origin_;
  size_t at_ = 0, instruction_at_ = 0;
  std::vector<PickledValue> values_;
  std::vector<Number> stack_;
  std::vector<size_t> marks_;
  std::map<uint64_t, Number> memo_;
};

}  // namespace dcgan
