#include "formats/stored_path.hpp"

#include <algorithm>
#include <cstdint>

namespace dcgan {
namespace {

/// Code page 437 from 0x80 on.
constexpr std::u16string_view kCodePage437 =
    u"\u00c7\u00fc\u00e9\u00e2\u00e4\u00e0\u00e5\u00e7\u00ea\u00eb\u00e8\u00ef\u00ee\u00ec\u00c4\u00c5\u00c9"
    u"\u00e6\u00c6\u00f4\u00f6\u00f2\u00fb\u00f9\u00ff\u00d6\u00dc\u00a2\u00a3\u00a5\u20a7\u0192\u00e1\u00ed"
    u"\u00f3\u00fa\u00f1\u00d1\u00aa\u00ba\u00bf\u2310\u00ac\u00bd\u00bc\u00a1\u00ab\u00bb\u2591\u2592\u2593"
    u"\u2502\u2524\u2561\u2562\u2556\u2555\u2563\u2551\u2557\u255d\u255c\u255b\u2510\u2514\u2534\u252c\u251c"
    u"\u2500\u253c\u255e\u255f\u255a\u2554\u2569\u2566\u2560\u2550\u256c\u2567\u2568\u2564\u2565\u2559\u2558"
    u"\u2552\u2553\u256b\u256a\u2518\u250c\u2588\u2584\u258c\u2590\u2580\u03b1\u00df\u0393\u03c0\u03a3\u03c3"
    u"\u00b5\u03c4\u03a6\u0398\u03a9\u03b4\u221e\u03c6\u03b5\u2229\u2261\u00b1\u2265\u2264\u2320\u2321\u00f7"
    u"\u2248\u00b0\u2219\u00b7\u221a\u207f\u00b2\u25a0\u00a0";
static_assert(kCodePage437.size() == 128);

}  // namespace

std::string tidy_path(std::string_view path) {
  std::string out;
  for (size_t start = 0; start <= path.size();) {
    const size_t end = std::min(path.find_first_of("/\\", start), path.size());
    const auto part = path.substr(start, end - start);
    start = end + 1;
    if (part == "..") {
      const size_t slash = out.rfind('/');
      out.resize(slash == std::string::npos ? 0 : slash);
    } else if (!part.empty() && part != ".") {
      out.append(out.empty() ? "" : "/").append(part);
    }
  }
  return out;
}

std::string from_code_page_437(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x80) {
      out += c;
      continue;
    }
    const char16_t point = kCodePage437[byte - 0x80u];
    if (point < 0x800) {
      out += static_cast<char>(0xC0 | point >> 6);
    } else {
      out += static_cast<char>(0xE0 | point >> 12);
      out += static_cast<char>(0x80 | (point >> 6 & 63));
    }
    out += static_cast<char>(0x80 | (point & 63));
  }
  return out;
}

}  // namespace dcgan
