#include "formats/npy.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

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

  NpyDescription read() {
    NpyDescription array;
    bool has_type = false, has_order = false, has_shape = false;
    expect('{');
    while (!next_is('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && !has_type) {
        has_type = true, array.type = type();
      } else if (key == "fortran_order" && !has_order) {
        has_order = true, array.columns_first = word() == "True";
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
  [[noreturn]] void fail() const { throw Error(origin_ + ": its header is damaged near byte " + std::to_string(at_)); }
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
  /// Of records everything up to the bracket that closes their list.
  std::string type() {
    if (!next_is('[')) return quoted();
    for (int depth = 0; at_ < text_.size(); ++at_) {
      if (text_[at_] == '[') ++depth;
      if (text_[at_] == ']' && --depth == 0) return ++at_, "[";
    }
    fail();
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

/// IEEE 754, binary16.
double half_of(uint64_t bits) {
  const auto exponent = static_cast<int>(bits >> 10 & 31), fraction = static_cast<int>(bits & 1023);
  if (exponent == 31) return fraction == 0 ? INFINITY : NAN;
  const double size = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024, exponent - 25);
  return bits >> 15 ? -size : size;
}

double number_of(uint64_t bits, const NpyNumbers& numbers) {
  if (numbers.kind == 'f')
    return numbers.bytes == 2   ? half_of(bits)
           : numbers.bytes == 4 ? static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(bits)))
                                : std::bit_cast<double>(bits);
  if (numbers.kind != 'i') return static_cast<double>(bits);
  const auto unused = static_cast<int>(64 - 8 * numbers.bytes);
  return static_cast<double>(static_cast<int64_t>(bits << unused) >> unused);
}

}  // namespace

bool looks_like_npy(std::string_view first_bytes) { return first_bytes.starts_with(kNpyMagic); }

std::optional<NpyNumbers> npy_numbers(const std::string& type) {
  if (type.size() != 3) return std::nullopt;
  const NpyNumbers numbers{type[1], static_cast<size_t>(type[2] - '0'), type[0] == '>'};
  const bool has_order = type[0] == '<' || type[0] == '>' || (type[0] == '|' && numbers.bytes == 1);
  const bool is_known = numbers.kind == 'b'   ? numbers.bytes == 1
                        : numbers.kind == 'f' ? numbers.bytes == 2 || numbers.bytes == 4 || numbers.bytes == 8
                                              : (numbers.kind == 'i' || numbers.kind == 'u') &&
                                                    (numbers.bytes == 1 || numbers.bytes == 2 || numbers.bytes == 4 ||
                                                     numbers.bytes == 8);
  if (!has_order || !is_known) return std::nullopt;
  return numbers;
}

double npy_number(const NpyNumbers& numbers, std::string_view data, size_t at) {
  uint64_t bits = 0;
  for (size_t i = 0; i < numbers.bytes; ++i) {
    const size_t place = numbers.is_big_endian ? numbers.bytes - 1 - i : i;
    bits |= uint64_t{static_cast<uint8_t>(data[at + place])} << 8 * i;
  }
  return number_of(bits, numbers);
}

NpyDescription describe_npy(std::string_view bytes, const std::string& origin) {
  if (!looks_like_npy(bytes)) throw Error(origin + " is not a .npy file");
  if (bytes.size() < 12) throw Error(origin + " is cut off within its header");
  const int version = bytes[6];
  if (version < 1 || version > 3)
    throw Error(origin + " is of version " + std::to_string(version) + " of the .npy format; 1 to 3 are read");
  const size_t digits = version == 1 ? 2 : 4, text_at = 8 + digits;
  size_t length = 0;
  for (size_t i = digits; i-- > 0;) length = length << 8 | static_cast<uint8_t>(bytes[8 + i]);
  if (length > bytes.size() - text_at) throw Error(origin + " is cut off within its header");
  NpyDescription array = NpyHead(bytes.substr(text_at, length), origin).read();
  array.data = bytes.substr(text_at + length);
  const auto count = element_count(array.shape);
  if (!count) throw Error(origin + " has an impossible shape");
  const auto numbers = npy_numbers(array.type);
  if (!numbers) return array;
  const auto need = static_cast<uint64_t>(*count) * numbers->bytes;
  if (array.data.size() != need)
    throw Error(origin + (array.data.size() < need ? " is cut off: " : " is longer than its shape says: ") +
                with_commas(static_cast<int64_t>(array.data.size())) + " of " +
                with_commas(static_cast<int64_t>(need)) + " bytes of data are there");
  return array;
}

NpyArray read_npy(std::string_view bytes, const std::string& origin) {
  NpyDescription array = describe_npy(bytes, origin);
  if (array.type == "[") throw Error(origin + " holds records of several values", "save one array of plain numbers");
  if (array.type == "|O")
    throw Error(origin + " holds Python objects, which are never run", "save one array of plain numbers");
  if (array.type.starts_with('>'))
    throw Error(origin + " holds big-endian numbers", "save array.astype('<" + printable(array.type.substr(1)) + "')");
  const auto* known = std::find_if(std::begin(kNpyTypes), std::end(kNpyTypes),
                                   [&](const auto& one) { return array.type == one.first; });
  if (known == std::end(kNpyTypes))
    throw Error(origin + " holds elements of type '" + printable(array.type) + "', which is not read",
                "save array.astype('<f4')");
  if (array.columns_first)
    throw Error(origin + ": its array is stored columns first", "save numpy.ascontiguousarray(array)");
  return {known->second, std::move(array.shape), array.data};
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
