#include "latent/syntax/expression.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr std::string_view kSigns = "+-,() ", kDigits = "0123456789", kEnding = ".npy";

/// A text that is read from left to right.
class WrittenSum {
 public:
  explicit WrittenSum(std::string_view text) : text_(text), last_file_(text.rfind(kEnding)) {}

  std::vector<WrittenTerm> read() {
    std::vector<WrittenTerm> terms;
    bool is_minus = next_is('-');
    do {
      terms.push_back(term(is_minus));
      is_minus = next_is('-');
    } while (is_minus || next_is('+'));
    if (at_ < text_.size()) fail("a + or -");
    return terms;
  }

 private:
  std::string beginning() const { return "cannot read the expression '" + printable(text_) + "': "; }
  [[noreturn]] void fail(const std::string& wanted) const {
    const auto rest = text_.substr(at_);
    throw UsageError(beginning() + wanted + " should stand " +
                         (rest.empty() ? "at its end" : "where '" + printable(rest) + "' begins"),
                     "write like 3+5-8, or with means of several: 3,17,40 + 5,6,7 - 8,9,10");
  }
  void skip_blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool next_is(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    skip_blanks();
    return true;
  }
  WrittenTerm term(bool is_minus) {
    WrittenTerm term{is_minus, {}};
    const bool has_parenthesis = next_is('(');
    do term.names.push_back(name());
    while (next_is(','));
    if (has_parenthesis && !next_is(')')) fail("a )");
    return term;
  }
  std::string name() {
    skip_blanks();
    const bool is_quoted = at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"');
    std::string name = is_quoted ? quoted() : "";
    const size_t end = std::min(text_.find_first_of(kSigns, at_), text_.size());
    name += text_.substr(at_, end - at_);
    if (name.empty()) fail("a latent");
    if (!is_quoted) refuse_torn(name);
    at_ = end;
    return name;
  }
  std::string quoted() {
    const size_t end = text_.find(text_[at_], at_ + 1);
    if (end == std::string_view::npos) {
      const std::string quote(1, text_[at_]);
      at_ = text_.size();
      fail("the second " + quote);
    }
    const auto inside = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return std::string(inside);
  }
  /// A sign in a file's name tears it: what is neither an image's name nor a file's, and has .npy behind it, is taken
  /// for the first piece of one.
  void refuse_torn(const std::string& name) const {
    const bool is_image = name.find_first_not_of(std::string(kDigits) + ":") == std::string::npos;
    const bool is_last = last_file_ == std::string_view::npos || at_ > last_file_;
    if (is_image || is_last || name.find(kEnding) != std::string::npos) return;
    size_t end = text_.find(kEnding, at_) + kEnding.size();
    if (end < text_.size() && text_[end] == '#') end = text_.find_first_not_of(kDigits, end + 1);
    throw UsageError(beginning() + "'" + printable(name) + "' is not a latent",
                     "put quotes around a file's name that holds a sign, a comma, a parenthesis or a blank: '" +
                         printable(text_.substr(at_, std::min(end, text_.size()) - at_)) + "'");
  }

  std::string_view text_;
  size_t last_file_;  // where the last .npy stands
  size_t at_ = 0;
};

}  // namespace

std::vector<WrittenTerm> parse_terms(std::string_view text) { return WrittenSum(text).read(); }

}  // namespace dcgan
