// Options, written once. A struct lists its fields in `template <class Visit> void fields(Visit&& visit)`:
//
//   visit("lr", learning_rate, "step size of Adam", within(0.0, 1.0), "Radford et al. 2015, section 4");
//
// What else is to be said of an option follows behind it: `.common()`, `.may_change()`, `.needs("--augment all", ...)`,
// `.only_with("--norm-d none")`.
// The command line, JSON, `inspect` and every error message are made from that list. Names use dashes on
// the command line and underscores in JSON; both are accepted everywhere. Not here: the command line itself
// (cli/parser) and JSON (core/json). Thread safety: none; options are set once, then only read.
#pragma once

#include <cstdint>
#include <functional>
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
                              std::optional<double>*, PerNetwork<std::optional<int64_t>>*, PerNetwork<double>*>;
  std::string name;
  Target target;
  std::string help;
  Limit limit;
  std::string source = {};            // paper and section, or empty
  std::string group = {};             // of options in help: "Pictures"
  bool is_common = false;             // shown by --help where a verb has many options
  bool may_change = false;            // a run that goes on may have another value
  std::string only_with = {};         // what it cannot be without: "--norm-d none"
  std::string condition = {};         // what makes it matter, as a user would type it: "--augment all"; empty: always
  std::function<bool()> is_met = {};  // whether that holds now

  /// True for names that only set others (`lr` sets `lr-g` and `lr-d`): never written to JSON.
  bool is_shorthand() const;
  bool is_flag() const { return std::holds_alternative<bool*>(target); }
  /// The present value as a user would type it; "" for one that is not set.
  std::string text() const;
};
using Fields = std::vector<Field>;

namespace detail {
/// What a visit has added, to say more of it at once.
class Added {
 public:
  Added() = default;  // nothing to say more of
  Added(Fields& fields, size_t first) : fields_(&fields), first_(first) {}
  Added& common() {
    return each([](Field& field) { field.is_common = true; });
  }
  Added& may_change() {
    return each([](Field& field) { field.may_change = true; });
  }
  Added& only_with(const std::string& other) {
    return each([&](Field& field) { field.only_with = other; });
  }
  Added& needs(const std::string& condition, const std::function<bool()>& is_met) {
    return each([&](Field& field) { field.condition = condition, field.is_met = is_met; });
  }

 private:
  template <class Say>
  Added& each(const Say& say) {
    for (size_t i = first_; fields_ && i < fields_->size(); ++i) say((*fields_)[i]);
    return *this;
  }
  Fields* fields_ = nullptr;
  size_t first_ = 0;
};

struct Collector {
  Fields& fields;
  std::string name_of_group = {};

  /// Options that follow belong to it.
  void group(const char* name) { name_of_group = name; }

  template <class T>
  Added operator()(const char* name, T& value, const char* help, Limit limit, const char* source = "") {
    fields.push_back({name, &value, help, std::move(limit), source, name_of_group});
    return {fields, fields.size() - 1};
  }
  template <class T>
  Added operator()(const char* name, PerNetwork<T>& value, const char* help, Limit limit, const char* source = "") {
    const std::string base(name);
    const size_t first = fields.size();
    const auto add = [&](const std::string& own, auto* target, const char* whose) {
      fields.push_back({own, target, std::string(help) + whose, limit, source, name_of_group});
    };
    add(base, &value, ", both networks");
    add(base + "-g", &value.generator, ", generator");
    add(base + "-d", &value.discriminator, ", discriminator");
    return {fields, first};
  }
};
}  // namespace detail

/// A visitor for options that mean something else where they are listed again: `say(name, value, help, limit, source)`
/// hands them on, changed or not, or leaves them out. Nothing more can be said of them behind the call.
template <class Say>
class Retold {
 public:
  explicit Retold(Say say) : say_(std::move(say)) {}
  void group(const char*) const {}
  template <class T>
  detail::Added operator()(const char* name, T& value, const char* help, Limit limit, const char* source = "") const {
    say_(name, value, help, std::move(limit), source);
    return {};
  }

 private:
  Say say_;
};

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
