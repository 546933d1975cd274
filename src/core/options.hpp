// Options, written once. A struct lists its fields in `template <class Visit> void fields(Visit&& visit)`:
//
//   visit("lr", learning_rate, "step size of Adam", within(0.0, 1.0), "Radford et al. 2015, section 4");
//
// The command line, JSON, `inspect` and every error message are made from that list. Names use dashes on
// the command line and underscores in JSON; both are accepted everywhere. Not here: the command line itself
// (cli/parser) and JSON (core/json). Thread safety: none; options are set once, then only read.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace dcgan {

/// Width and height in pixels; written "64" (square) or "64x48" (width x height).
struct Size {
  int64_t width = 0;
  int64_t height = 0;
  bool operator==(const Size&) const = default;
};
std::string to_text(Size size);

/// One value for the generator and one for the discriminator. The plain name sets both, `-g` and `-d` one.
template <class T>
struct PerNetwork {
  T generator{};
  T discriminator{};
  bool operator==(const PerNetwork&) const = default;
};

/// What a value may be: a closed range of numbers with a unit, or one of some words.
struct Limit {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_open = false;   // the lower end itself is not allowed
  bool automatic = false;  // the word "auto" is allowed and means: not set
  bool repeated = false;   // may be given several times on the command line, which is a list with commas
  std::string unit;
  std::vector<std::string> choices;
  std::vector<std::string> words;  // of a text that may be something else, too
  std::vector<std::string> parts;  // the same, for lists with commas
  bool or_path = false;            // that something else is a file or folder

  std::string text() const;
};
Limit within(double low, double high, std::string unit = "");
Limit above(double low, double high, std::string unit = "");  // low < value <= high
Limit one_of(std::vector<std::string> choices);
Limit any_text(std::string unit = "");
/// Said and completed, but not checked by set_from_text: one of the words, or a text of another kind.
Limit words_or(std::vector<std::string> words, std::string unit);
/// The same: one of the words, or a path.
Limit words_or_path(std::vector<std::string> words, std::string unit);
/// The same: one of the words, or some of the parts with commas between.
Limit words_or_list(std::vector<std::string> words, std::vector<std::string> parts);
Limit automatic(Limit limit);  // "auto" too, for optional numbers
Limit repeated(Limit limit);   // several times, for text

/// One option: where its value lives and everything that is said about it.
struct Field {
  using Target = std::variant<bool*, int64_t*, double*, std::string*, Size*, std::optional<int64_t>*,
                              std::optional<double>*, PerNetwork<int64_t>*, PerNetwork<double>*>;
  std::string name;
  Target target;
  std::string help;
  Limit limit;
  std::string source;  // paper and section, or empty

  /// True for names that only set others (`lr` sets `lr-g` and `lr-d`): never written to JSON.
  bool is_shorthand() const;
  bool is_flag() const { return std::holds_alternative<bool*>(target); }
  /// The present value as a user would type it; "" for one that is not set.
  std::string text() const;
};
using Fields = std::vector<Field>;

namespace detail {
struct Collector {
  Fields& fields;

  template <class T>
  void operator()(const char* name, T& value, const char* help, Limit limit, const char* source = "") {
    fields.push_back({name, &value, help, std::move(limit), source});
  }
  template <class T>
  void operator()(const char* name, PerNetwork<T>& value, const char* help, Limit limit, const char* source = "") {
    const std::string base(name);
    fields.push_back({base, &value, std::string(help) + ", both networks", limit, source});
    fields.push_back({base + "-g", &value.generator, std::string(help) + ", generator", limit, source});
    fields.push_back({base + "-d", &value.discriminator, std::string(help) + ", discriminator", limit, source});
  }
};
}  // namespace detail

/// The fields of `options`; they point into it and must not outlive it.
template <class Options>
Fields fields_of(Options& options) {
  Fields fields;
  options.fields(detail::Collector{fields});
  return fields;
}

/// A name and the text given for it, in order.
using Given = std::vector<std::pair<std::string, std::string>>;

/// Set one field from text. `label` is how the user named it ("--lr"). Throws UsageError with name, value
/// and range. Numbers of images and of steps take k and M; seconds take s, m and h.
void set_from_text(const Field& field, std::string_view text, const std::string& label);
/// Set all of `given`, shorthands first so that `--lr-d` wins over `--lr` whatever the order.
void set_all(const Fields& fields, const Given& given);

/// The field called `name` (dashes or underscores), or nullptr.
const Field* find_field(const Fields& fields, std::string_view name);
/// "did you mean ...?" for a name that is not there; "" when nothing is near: within a slip of one letter in three.
std::string did_you_mean(const std::vector<std::string>& known, std::string_view name);

std::string underscored(std::string_view name);
std::string dashed(std::string_view name);

/// Check a number against a limit; throws UsageError naming label, value and range (NaN included).
void check_limit(const Limit& limit, double value, const std::string& label, std::string_view text);
void check_choice(const Limit& limit, const std::string& value, const std::string& label);

}  // namespace dcgan
