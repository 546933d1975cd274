#include "core/platform/io/file_name.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

#include "core/io/digest.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr size_t kMostBytes = 255;  // what file systems take

/// Letters with marks in one code point, each before the two that mean the same: Latin and Japanese of the Unicode
/// Character Database (field 5 of UnicodeData.txt). Some systems store one, some the other form.
constexpr std::u16string_view kComposed =
    u"\u00c0A\u0300\u00c1A\u0301\u00c2A\u0302\u00c3A\u0303\u00c4A\u0308\u00c5A\u030a\u00c7C\u0327\u00c8E\u0300"
    u"\u00c9E\u0301\u00caE\u0302\u00cbE\u0308\u00ccI\u0300\u00cdI\u0301\u00ceI\u0302\u00cfI\u0308\u00d1N\u0303"
    u"\u00d2O\u0300\u00d3O\u0301\u00d4O\u0302\u00d5O\u0303\u00d6O\u0308\u00d9U\u0300\u00daU\u0301\u00dbU\u0302"
    u"\u00dcU\u0308\u00ddY\u0301\u00e0a\u0300\u00e1a\u0301\u00e2a\u0302\u00e3a\u0303\u00e4a\u0308\u00e5a\u030a"
    u"\u00e7c\u0327\u00e8e\u0300\u00e9e\u0301\u00eae\u0302\u00ebe\u0308\u00eci\u0300\u00edi\u0301\u00eei\u0302"
    u"\u00efi\u0308\u00f1n\u0303\u00f2o\u0300\u00f3o\u0301\u00f4o\u0302\u00f5o\u0303\u00f6o\u0308\u00f9u\u0300"
    u"\u00fau\u0301\u00fbu\u0302\u00fcu\u0308\u00fdy\u0301\u00ffy\u0308\u0100A\u0304\u0101a\u0304\u0102A\u0306"
    u"\u0103a\u0306\u0104A\u0328\u0105a\u0328\u0106C\u0301\u0107c\u0301\u0108C\u0302\u0109c\u0302\u010aC\u0307"
    u"\u010bc\u0307\u010cC\u030c\u010dc\u030c\u010eD\u030c\u010fd\u030c\u0112E\u0304\u0113e\u0304\u0114E\u0306"
    u"\u0115e\u0306\u0116E\u0307\u0117e\u0307\u0118E\u0328\u0119e\u0328\u011aE\u030c\u011be\u030c\u011cG\u0302"
    u"\u011dg\u0302\u011eG\u0306\u011fg\u0306\u0120G\u0307\u0121g\u0307\u0122G\u0327\u0123g\u0327\u0124H\u0302"
    u"\u0125h\u0302\u0128I\u0303\u0129i\u0303\u012aI\u0304\u012bi\u0304\u012cI\u0306\u012di\u0306\u012eI\u0328"
    u"\u012fi\u0328\u0130I\u0307\u0134J\u0302\u0135j\u0302\u0136K\u0327\u0137k\u0327\u0139L\u0301\u013al\u0301"
    u"\u013bL\u0327\u013cl\u0327\u013dL\u030c\u013el\u030c\u0143N\u0301\u0144n\u0301\u0145N\u0327\u0146n\u0327"
    u"\u0147N\u030c\u0148n\u030c\u014cO\u0304\u014do\u0304\u014eO\u0306\u014fo\u0306\u0150O\u030b\u0151o\u030b"
    u"\u0154R\u0301\u0155r\u0301\u0156R\u0327\u0157r\u0327\u0158R\u030c\u0159r\u030c\u015aS\u0301\u015bs\u0301"
    u"\u015cS\u0302\u015ds\u0302\u015eS\u0327\u015fs\u0327\u0160S\u030c\u0161s\u030c\u0162T\u0327\u0163t\u0327"
    u"\u0164T\u030c\u0165t\u030c\u0168U\u0303\u0169u\u0303\u016aU\u0304\u016bu\u0304\u016cU\u0306\u016du\u0306"
    u"\u016eU\u030a\u016fu\u030a\u0170U\u030b\u0171u\u030b\u0172U\u0328\u0173u\u0328\u0174W\u0302\u0175w\u0302"
    u"\u0176Y\u0302\u0177y\u0302\u0178Y\u0308\u0179Z\u0301\u017az\u0301\u017bZ\u0307\u017cz\u0307\u017dZ\u030c"
    u"\u017ez\u030c\u304c\u304b\u3099\u304e\u304d\u3099\u3050\u304f\u3099\u3052\u3051\u3099\u3054\u3053\u3099"
    u"\u3056\u3055\u3099\u3058\u3057\u3099\u305a\u3059\u3099\u305c\u305b\u3099\u305e\u305d\u3099\u3060\u305f\u3099"
    u"\u3062\u3061\u3099\u3065\u3064\u3099\u3067\u3066\u3099\u3069\u3068\u3099\u3070\u306f\u3099\u3071\u306f\u309a"
    u"\u3073\u3072\u3099\u3074\u3072\u309a\u3076\u3075\u3099\u3077\u3075\u309a\u3079\u3078\u3099\u307a\u3078\u309a"
    u"\u307c\u307b\u3099\u307d\u307b\u309a\u3094\u3046\u3099\u309e\u309d\u3099\u30ac\u30ab\u3099\u30ae\u30ad\u3099"
    u"\u30b0\u30af\u3099\u30b2\u30b1\u3099\u30b4\u30b3\u3099\u30b6\u30b5\u3099\u30b8\u30b7\u3099\u30ba\u30b9\u3099"
    u"\u30bc\u30bb\u3099\u30be\u30bd\u3099\u30c0\u30bf\u3099\u30c2\u30c1\u3099\u30c5\u30c4\u3099\u30c7\u30c6\u3099"
    u"\u30c9\u30c8\u3099\u30d0\u30cf\u3099\u30d1\u30cf\u309a\u30d3\u30d2\u3099\u30d4\u30d2\u309a\u30d6\u30d5\u3099"
    u"\u30d7\u30d5\u309a\u30d9\u30d8\u3099\u30da\u30d8\u309a\u30dc\u30db\u3099\u30dd\u30db\u309a\u30f4\u30a6\u3099"
    u"\u30f7\u30ef\u3099\u30f8\u30f0\u3099\u30f9\u30f1\u3099\u30fa\u30f2\u3099\u30fe\u30fd\u3099";

char32_t first_of(std::string_view utf8) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(utf8[i]); };
  if (byte(0) < 0x80) return byte(0);
  const size_t follow = byte(0) >= 0xF0 ? 3 : byte(0) >= 0xE0 ? 2 : 1;
  char32_t value = byte(0) & (0x3Fu >> follow);
  for (size_t i = 1; i <= follow; ++i) value = value << 6 | (byte(i) & 0x3F);
  return value;
}

size_t length_of(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
}

bool is_within(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

/// Separators and what Windows forbids; marks that are not seen or turn the direction of what follows.
bool is_refused(char32_t c) {
  return (c < 0x80 && std::string_view("/\\:*?\"<>|").find(static_cast<char>(c)) != std::string_view::npos) ||
         c == 0x61C || c == 0x180E || c == 0x200B || is_within(c, 0x200E, 0x200F) || is_within(c, 0x2028, 0x202E) ||
         is_within(c, 0x2060, 0x206F) || c == 0xFEFF || is_within(c, 0xFFF9, 0xFFFB) || is_within(c, 0xE0000, 0xE0FFF);
}

/// CON, nul.txt, COM1...: devices of Windows, whatever stands behind a dot.
bool is_device(std::string_view name) {
  std::string base = lowercase(name.substr(0, name.find('.')));
  while (base.ends_with(' ')) base.pop_back();
  for (const char* device : {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"})
    if (base == device) return true;
  if (!base.starts_with("com") && !base.starts_with("lpt")) return false;
  const std::string_view number = std::string_view(base).substr(3);
  return (number.size() == 1 && number[0] >= '0' && number[0] <= '9') || number == "\u00b9" || number == "\u00b2" ||
         number == "\u00b3";
}

/// Capital letters and small ones are one where a file system folds case.
char32_t small(char32_t c) {
  const bool is_latin = is_within(c, 'A', 'Z') || (is_within(c, 0xC0, 0xDE) && c != 0xD7);
  if (is_latin || is_within(c, 0x391, 0x3A9) || is_within(c, 0x410, 0x42F) || is_within(c, 0xFF21, 0xFF3A))
    return c + 0x20;
  if (is_within(c, 0x400, 0x40F)) return c + 0x50;
  if (is_within(c, 0x531, 0x556)) return c + 0x30;
  const bool is_odd_first = is_within(c, 0x139, 0x148) || is_within(c, 0x179, 0x17E);
  if (is_odd_first || is_within(c, 0x100, 0x177)) return c + (c % 2 == (is_odd_first ? 1 : 0));
  return c == 0x3C2 ? 0x3C3 : c == 0x178 ? 0xFF : c;
}

void add_folded(char32_t c, std::u32string& out) {
  constexpr char32_t kSyllables = 0xAC00, kLead = 0x1100, kVowel = 0x1161, kTail = 0x11A7;  // Unicode, section 3.12
  constexpr char32_t kTails = 28, kVowels = 21, kCount = 11172;
  if (is_within(c, kSyllables, kSyllables + kCount - 1)) {
    const char32_t n = c - kSyllables;
    out += kLead + n / (kVowels * kTails);
    out += kVowel + n / kTails % kVowels;
    if (n % kTails != 0) out += kTail + n % kTails;
    return;
  }
  for (size_t i = 0; c >= 0xC0 && i < kComposed.size(); i += 3)
    if (kComposed[i] == c) {
      out += small(kComposed[i + 1]);
      out += kComposed[i + 2];
      return;
    }
  out += small(c);
}

/// Equal for names that some file system takes for one.
std::u32string folded(std::string_view name) {
  std::u32string out;
  for (size_t at = 0; at < name.size(); at += length_of(name[at])) add_folded(first_of(name.substr(at)), out);
  return out;
}

std::string cut_to(std::string name, size_t bytes) {
  if (name.size() <= bytes) return name;
  while (bytes > 0 && (static_cast<unsigned char>(name[bytes]) & 0xC0) == 0x80) --bytes;  // between characters
  name.resize(bytes);
  return name;
}

struct Hash {
  size_t operator()(const std::u32string& text) const { return std::hash<std::u32string>()(text); }
};

/// Says of the first few what they are called.
class Remarks {
 public:
  void add(const std::string& text, const std::string& name, bool is_twin) {
    constexpr size_t kNamed = 10, kMostShown = 80;
    if (++count_ > kNamed) return;
    remarks_.push_back("the name '" + printable(cut_to(text, kMostShown)) + "' is written as '" + name +
                       "': " + (is_twin ? "another has that name" : "it is not a plain name for a file or folder"));
  }
  std::vector<std::string> take() {
    if (count_ > remarks_.size())
      remarks_.push_back(with_commas(static_cast<int64_t>(count_ - remarks_.size())) +
                         " more names are written otherwise");
    return std::move(remarks_);
  }

 private:
  size_t count_ = 0;
  std::vector<std::string> remarks_;
};

}  // namespace

std::string plain_file_name(std::string_view text) {
  const std::string shown = printable(text);  // from here on it is UTF-8
  std::string name;
  for (size_t at = 0; at < shown.size();) {
    const auto one = std::string_view(shown).substr(at, length_of(shown[at]));
    is_refused(first_of(one)) ? void(name += '_') : void(name += one);
    at += one.size();
  }
  while (name.ends_with('.') || name.ends_with(' ')) {
    const size_t last = name.find_last_not_of(". ");
    std::fill(name.begin() + static_cast<std::ptrdiff_t>(last == std::string::npos ? 0 : last + 1), name.end(), '_');
  }
  if (name.empty() || name[0] == '.' || name[0] == '-' || name[0] == ' ' || is_device(name)) name = "_" + name;
  if (name.size() <= kMostBytes) return name;
  const std::string digest = "~" + sha256_hex(text).substr(0, 16);
  return cut_to(name, kMostBytes - digest.size()) + digest;
}

std::string folded_file_name(std::string_view name) {
  std::string out;
  for (const char32_t c : folded(printable(name)))
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(c >> shift);
  return out;
}

FileNames plain_file_names(const std::vector<std::string>& texts,
                           const std::function<bool(const std::string&)>& is_taken) {
  std::unordered_set<std::u32string, Hash> used;
  const auto is_free = [&](const std::string& name) { return !is_taken || !is_taken(name); };
  FileNames out;
  out.names.resize(texts.size());
  for (size_t i = 0; i < texts.size(); ++i)
    if (plain_file_name(texts[i]) == texts[i] && is_free(texts[i]) && used.insert(folded(texts[i])).second)
      out.names[i] = texts[i];
  std::unordered_map<std::u32string, int64_t, Hash> twins;  // how many of a name there were
  Remarks remarks;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (!out.names[i].empty()) continue;
    std::string plain = plain_file_name(texts[i]);
    const bool is_plain = plain == texts[i] && is_free(plain);
    if (!is_free(plain)) plain = "_" + cut_to(plain, kMostBytes - 1);
    int64_t& number = twins[folded(plain)];
    std::string name;
    do {
      const std::string ending = ++number == 1 ? "" : "~" + std::to_string(number);
      name = cut_to(plain, kMostBytes - ending.size()) + ending;
    } while (!is_free(name) || !used.insert(folded(name)).second);
    remarks.add(texts[i], name, is_plain);
    out.names[i] = std::move(name);
  }
  out.remarks = remarks.take();
  return out;
}

}  // namespace dcgan
