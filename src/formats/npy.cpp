#include "formats/npy.hpp"

#include <algorithm>
#include <charconv>

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr std::string_view kNpyMagic = "\x93NUMPY";

constexpr std::pair<const char*, ElementType> kNpyTypes[] = {
    {"<f8", ElementType::kF64}, {"<f4", ElementType::kF32}, {"<f2", ElementType::kF16},
    {"<i8", ElementType::kI64}, {"<i4", ElementType::kI32}, {"<i2", ElementType::kI16},
    {"|i1", ElementType::kI8},  {"|u1", ElementType::kU8},  {"|b1", ElementType::kBool}};

/// The head is a Python literal: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
class NpyHead {
 public:
  NpyHead(std::string_view text, const std::string& origin) : text_(text), origin_(origin) {}

  NpyArray read() {
    NpyArray array;
    bool has_type = false, has_order = false, has_shape = false;
    expect('{');
    while (!next_is('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && !has_type) {
        has_type = true, array.type = type();
      } else if (key == "fortran_order" && !has_order) {
        has_order = true;
        if (word() == "True")
          throw OtherNpy(origin_ + ": its array is stored columns first", "save numpy.ascontiguousarray(array)");
      } else if (key == "shape" && !has_shape) {
        has_shape = true, array.shape = shape();
      } else {
        fail();
      }
      if (!next_is('}')) expect(',');
    }
    if (!has_type || !has_order || !has_shape) fail();
    return array;
  }

 private:
  [[noreturn]] void fail() const { throw Error(origin_ + ": its head is damaged near byte " + std::to_string(at_)); }
  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  bool next_is(char c) {
    skip_spaces();
    return at_ < text_.size() && text_[at_] == c;
  }
  void expect(char c) {
    if (!next_is(c)) fail();
    ++at_;
  }
  std::string quoted() {
    if (!next_is('\'') && !next_is('"')) fail();
    const size_t end = text_.find(text_[at_], at_ + 1);
    if (end == std::string_view::npos) fail();
    std::string out(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return out;
  }
  std::string_view word() {
    skip_spaces();
    for (const std::string_view one : {"True", "False"})
      if (text_.substr(at_).starts_with(one)) return at_ += one.size(), one;
    fail();
  }
  ElementType type() {
    if (next_is('[')) throw Error(origin_ + " holds records of several values", "save one array of plain numbers");
    const std::string name = quoted();
    const auto* known =
        std::find_if(std::begin(kNpyTypes), std::end(kNpyTypes), [&](const auto& one) { return name == one.first; });
    if (known != std::end(kNpyTypes)) return known->second;
    if (name == "|O")
      throw Error(origin_ + " holds Python objects, which are never run", "save one array of plain numbers");
    if (name.starts_with('>'))
      throw OtherNpy(origin_ + " holds big-endian numbers", "save array.astype('<" + printable(name.substr(1)) + "')");
    throw OtherNpy(origin_ + " holds elements of type '" + printable(name) + "', which is not read",
                   "save array.astype('<f4')");
  }
  std::vector<int64_t> shape() {
    std::vector<int64_t> sides;
    expect('(');
    while (!next_is(')')) {
      int64_t side = 0;
      skip_spaces();
      const char *from = text_.data() + at_, *end = text_.data() + text_.size();
      const auto [behind, problem] = std::from_chars(from, end, side);
      if (problem != std::errc() || sides.size() == 32) fail();
      at_ += static_cast<size_t>(behind - from);
      sides.push_back(side);
      if (!next_is(')')) expect(',');
    }
    expect(')');
    return sides;
  }

  std::string_view text_;
  const std::string& origin_;
  size_t at_ = 0;
};

}  // namespace

bool looks_like_npy(std::string_view first_bytes) { return first_bytes.starts_with(kNpyMagic); }

NpyArray read_npy(std::string_view bytes, const std::string& origin) {
  if (!looks_like_npy(bytes)) throw Error(origin + " is no .npy file");
  if (bytes.size() < 12) throw Error(origin + " is cut off within its head");
  const int version = bytes[6];
  if (version < 1 || version > 3)
    throw Error(origin + " is of version " + std::to_string(version) + " of the .npy format; 1 to 3 are read");
  const size_t digits = version == 1 ? 2 : 4, text_at = 8 + digits;
  size_t length = 0;
  for (size_t i = digits; i-- > 0;) length = length << 8 | static_cast<uint8_t>(bytes[8 + i]);
  if (length > bytes.size() - text_at) throw Error(origin + " is cut off within its head");
  NpyArray array = NpyHead(bytes.substr(text_at, length), origin).read();
  array.data = bytes.substr(text_at + length);
  const auto count = element_count(array.shape);
  if (!count) throw Error(origin + " has an impossible shape");
  const auto need = static_cast<uint64_t>(*count * bytes_of(array.type));
  if (array.data.size() != need)
    throw Error(origin + (array.data.size() < need ? " is cut off: " : " is longer than its shape says: ") +
                with_commas(static_cast<int64_t>(array.data.size())) + " of " +
                with_commas(static_cast<int64_t>(need)) + " bytes of data are there");
  return array;
}

std::string npy_head(ElementType type, const std::vector<int64_t>& shape) {
  const auto* name =
      std::find_if(std::begin(kNpyTypes), std::end(kNpyTypes), [&](const auto& one) { return one.second == type; });
  if (name == std::end(kNpyTypes)) throw Error("the .npy format has no bf16");
  std::string sides;
  for (const int64_t side : shape) sides += std::to_string(side) + (shape.size() == 1 ? "," : ", ");
  if (shape.size() > 1) sides.resize(sides.size() - 2);
  std::string text =
      std::string("{'descr': '") + name->first + "', 'fortran_order': False, 'shape': (" + sides + "), }";
  constexpr size_t kBefore = 10, kMultiple = 64;
  const size_t length = (kBefore + text.size() + 1 + kMultiple - 1) / kMultiple * kMultiple - kBefore;
  text.resize(length - 1, ' ');
  text += '\n';
  return std::string(kNpyMagic) + '\x01' + '\x00' + static_cast<char>(length & 255) + static_cast<char>(length >> 8) +
         text;
}

}  // namespace dcgan
