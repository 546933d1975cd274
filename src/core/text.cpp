#include "core/text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <numeric>
#include <utility>

namespace dcgan {

std::string with_commas(int64_t value) {
  std::string digits = std::to_string(value < 0 ? -value : value);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(digits.begin() + at, ',');
  return (value < 0 ? "-" : "") + digits;
}

std::string fixed_text(double value, int decimals) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", decimals, value);
  return buffer;
}

std::string bytes_text(double bytes) {
  const char* units[] = {"B", "kB", "MB", "GB", "TB"};
  int unit = 0;
  while (bytes >= 999.5 && unit < 4) bytes /= 1000, ++unit;
  return fixed_text(bytes, unit == 0 || bytes >= 99.95 ? 0 : 1) + " " + units[unit];
}

std::string duration_text(double seconds) {
  if (!(seconds >= 0) || std::isinf(seconds)) return "unknown";
  if (seconds < 9.95) return fixed_text(seconds, 1) + " s";
  auto whole = static_cast<int64_t>(std::llround(seconds));
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + " min " + zero_padded(whole % 60, 2) + " s";
  whole /= 60;
  return std::to_string(whole / 60) + " h " + zero_padded(whole % 60, 2) + " min";
}

std::string number_text(double value) {
  if (value == std::floor(value) && std::abs(value) >= 10'000 && std::abs(value) < 1e15)
    return std::to_string(static_cast<int64_t>(value));
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general).ptr;
  return std::string(buffer, end);
}

std::string zero_padded(int64_t value, int width) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%0*lld", width, static_cast<long long>(value));
  return buffer;
}

std::string counted(int64_t count, const std::string& singular, const std::string& plural) {
  return with_commas(count) + " " + (count == 1 ? singular : plural.empty() ? singular + "s" : plural);
}

namespace {
/// Length of the valid UTF-8 sequence at the start of `s`, 0 if there is none (RFC 3629, table 3-7 of Unicode).
size_t utf8_length(std::string_view s) {
  const auto byte = [&](size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0u; };
  const auto follows = [&](size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < s.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80, high = first == 0xED ? 0x9F : 0xBF;
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80, high = first == 0xF4 ? 0x8F : 0xBF;
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}
}  // namespace

namespace {

struct Range {
  char32_t first, last;
};

/// What is not seen, or makes what stands beside it seen elsewhere: bidirectional controls (Unicode 15, UAX 9; "Trojan
/// Source", Boucher and Anderson 2021), format controls and fillers without a width, line breaks, tags. Kept: joiners
/// and variation selectors, which scripts and emoji are written with.
constexpr Range kDeceiving[] = {
    {0x00AD, 0x00AD}, {0x034F, 0x034F}, {0x061C, 0x061C},   {0x115F, 0x1160},   {0x17B4, 0x17B5},  {0x180E, 0x180E},
    {0x200B, 0x200B}, {0x200E, 0x200F}, {0x2028, 0x202E},   {0x2060, 0x206F},   {0x3164, 0x3164},  {0xFEFF, 0xFEFF},
    {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}};

bool deceives(char32_t point) {
  return std::any_of(std::begin(kDeceiving), std::end(kDeceiving),
                     [&](const Range& range) { return point >= range.first && point <= range.last; });
}

/// The code point of a valid sequence.
char32_t code_point(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return first;
  char32_t point = first & (0x7Fu >> sequence.size());
  for (const char c : sequence.substr(1)) point = point << 6 | (static_cast<unsigned char>(c) & 0x3Fu);
  return point;
}

/// A character that may be printed as it is, a byte that may not, or a character that deceives.
struct Glyph {
  std::string_view bytes;
  bool is_plain = false;
  char32_t deceiving = 0;  // 0: no
};

Glyph glyph_at(std::string_view rest) {
  const auto value = static_cast<unsigned char>(rest[0]);
  const size_t length = value < 0x20 || value == 0x7F ? 0 : utf8_length(rest);
  if (length == 0) return {rest.substr(0, 1)};
  const std::string_view sequence = rest.substr(0, length);
  const char32_t point = code_point(sequence);
  if (point >= 0x80 && point < 0xA0) return {rest.substr(0, 1)};  // controls, too
  return deceives(point) ? Glyph{sequence, false, point} : Glyph{sequence, true};
}

std::string hexadecimal(const char* format, unsigned value) {
  char text[16];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t length = utf8_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string printable(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    const Glyph glyph = glyph_at(bytes);
    if (glyph.is_plain)
      out += glyph.bytes;
    else if (glyph.deceiving)
      out += hexadecimal("\\u{%x}", static_cast<unsigned>(glyph.deceiving));
    else
      out += hexadecimal("\\x%02x", static_cast<unsigned char>(glyph.bytes[0]));
    bytes.remove_prefix(glyph.bytes.size());
  }
  return out;
}

std::string first_line(std::string_view text) {
  constexpr size_t kLongest = 500;
  const std::string_view line = text.substr(0, text.find('\n'));
  return printable(line.substr(0, kLongest)) + (line.size() > kLongest ? "..." : "");
}

std::string shell_word(std::string_view path) {
  const auto is_safe = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_@%+:,./-").find(static_cast<char>(c)) != std::string_view::npos;
  };
  std::string word(path.starts_with('-') ? "./" : "");  // no option
  word += path;
  const std::string_view all = word;
  if (!all.empty() && std::all_of(all.begin(), all.end(), is_safe)) return word;
  std::string plain = "'", escaped = "$'";
  bool is_printable = true;
  for (std::string_view rest = all; !rest.empty();) {
    const Glyph glyph = glyph_at(rest);
    rest.remove_prefix(glyph.bytes.size());
    is_printable = is_printable && glyph.is_plain;
    if (!glyph.is_plain) {
      for (const char c : glyph.bytes) escaped += hexadecimal("\\x%02x", static_cast<unsigned char>(c));
      continue;
    }
    plain += glyph.bytes == "'" ? "'\\''" : glyph.bytes;
    if (glyph.bytes == "'" || glyph.bytes == "\\") escaped += '\\';
    escaped += glyph.bytes;
  }
  return (is_printable ? plain : escaped) + "'";
}

std::string python_command(const std::string& code, const std::vector<std::string>& arguments) {
  std::string command = "python3 -c " + shell_word(code);
  for (const auto& argument : arguments) command += " " + shell_word(argument);
  return command;
}

std::string python_text(std::string_view path) {
  std::string out = "'";
  for (std::string_view rest = path; !rest.empty();) {
    const Glyph glyph = glyph_at(rest);
    const auto first = static_cast<unsigned char>(glyph.bytes[0]);
    rest.remove_prefix(glyph.bytes.size());
    if (glyph.is_plain)
      out.append(glyph.bytes == "'" || glyph.bytes == "\\" ? "\\" : "").append(glyph.bytes);
    else if (glyph.deceiving)
      out += hexadecimal("\\U%08x", static_cast<unsigned>(glyph.deceiving));
    else  // bytes that are no text: as os.fsdecode has them
      out += first < 0x80 ? hexadecimal("\\x%02x", first) : hexadecimal("\\udc%02x", first);
  }
  return out + "'";
}

int edit_distance(std::string_view a, std::string_view b) {
  std::vector<int> row(b.size() + 1), above, above_that;
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 0; i < a.size(); ++i) {
    above_that = std::exchange(above, row);
    row[0] = static_cast<int>(i) + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      row[j + 1] = std::min({above[j] + (a[i] != b[j]), row[j] + 1, above[j + 1] + 1});
      const bool have_changed_places = i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j];
      if (have_changed_places) row[j + 1] = std::min(row[j + 1], above_that[j - 1] + 1);
    }
  }
  return row.back();
}

std::string joined(const std::vector<std::string>& parts, const std::string& separator) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : separator) + part;
  return out;
}

std::string cut_list(const std::vector<std::string>& parts, const std::string& separator) {
  constexpr size_t kMost = 10;
  if (parts.size() <= kMost) return joined(parts, separator);
  return joined({parts.begin(), parts.begin() + kMost}, separator) + " and " +
         with_commas(static_cast<int64_t>(parts.size() - kMost)) + " more";
}

std::string lowercase(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

}  // namespace dcgan
