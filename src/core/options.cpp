#include "core/options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/choice.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

template <class... Cases>
struct overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
overloaded(Cases...) -> overloaded<Cases...>;

/// Numbers of images and steps grow large.
bool is_count(const Limit& limit) { return limit.unit == "images" || limit.unit == "steps"; }
bool is_time(const Limit& limit) { return limit.unit == "seconds"; }

/// The whole text as a number, or nothing.
template <class T>
std::optional<T> whole(std::string_view text) {
  T value{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

[[noreturn]] void refuse(const Limit& limit, const std::string& label, std::string_view text, const std::string& why) {
  throw UsageError(label + " is '" + printable(text) + "': " + why, "allowed: " + limit.text());
}

/// A number with an optional suffix: k and M for counts; s, m and h for seconds.
double number_from(const Limit& limit, std::string_view text, const std::string& label) {
  double scale = 1;
  std::string_view digits = text;
  if (!text.empty()) {
    const char last = text.back();
    if (is_count(limit)) scale = last == 'k' || last == 'K' ? 1e3 : last == 'M' ? 1e6 : 1;
    if (is_time(limit)) scale = last == 'm' ? 60 : last == 'h' ? 3600 : 1;
    if (scale != 1 || (is_time(limit) && last == 's')) digits.remove_suffix(1);
  }
  const auto value = whole<double>(digits);
  if (!value)
    refuse(limit, label, text, is_time(limit) ? "that is not a time like 90, 90s, 10m or 2h" : "that is not a number");
  check_limit(limit, *value * scale, label, text);
  return *value * scale;
}

int64_t integer_from(const Limit& limit, std::string_view text, const std::string& label) {
  if (const auto plain = whole<int64_t>(text)) {  // exact beyond 2^53, as seeds are
    check_limit(limit, static_cast<double>(*plain), label, text);
    return *plain;
  }
  const double value = number_from(limit, text, label);
  if (value != std::floor(value) || std::abs(value) > 9e15) refuse(limit, label, text, "that is not a whole number");
  return static_cast<int64_t>(value);
}

std::optional<int64_t> integer_or_auto(const Limit& limit, std::string_view text, const std::string& label) {
  if (limit.automatic && text == "auto") return std::nullopt;
  return integer_from(limit, text, label);
}

Size size_from(const Limit& limit, std::string_view text, const std::string& label) {
  const size_t cross = text.find_first_of("xX");
  const auto width = whole<int64_t>(text.substr(0, cross));
  const auto height = cross == std::string_view::npos ? width : whole<int64_t>(text.substr(cross + 1));
  if (!width || !height) refuse(limit, label, text, "that is not a size; write 64, or WIDTHxHEIGHT like 64x48");
  check_limit(limit, static_cast<double>(*width), label, text);
  check_limit(limit, static_cast<double>(*height), label, text);
  return {*width, *height};
}

/// Ends that are only there to keep arithmetic safe are not worth a user's attention.
std::string end_text(double value) { return std::abs(value) >= 1e9 ? "" : number_text(value); }

}  // namespace

std::string to_text(Size size) {
  if (size.width == size.height) return std::to_string(size.width);
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

std::string Limit::text() const {
  if (!choices.empty()) return joined(choices, "|");
  if (!words.empty()) {
    std::vector<std::string> all = words;
    if (!parts.empty()) all.push_back(joined(parts, ","));
    if (!unit.empty()) all.push_back(unit);
    return joined(all, "|");
  }
  std::string out;
  const std::string from = end_text(low), to = end_text(high);
  if (!from.empty() && !to.empty())
    out = (low_open ? "above " + from + ", at most " + to : from + " to " + to);
  else if (!from.empty())
    out = (low_open ? "above " : "at least ") + from;
  if (!unit.empty()) out += (out.empty() ? "" : " ") + unit;
  if (is_count(*this) && high > 1000) out += " (k, M)";
  if (is_time(*this)) out += " (s, m, h)";
  return automatic ? "auto, or " + out : out;
}

Limit within(double low, double high, std::string unit) {
  Limit limit;
  limit.low = low, limit.high = high, limit.unit = std::move(unit);
  return limit;
}
Limit above(double low, double high, std::string unit) {
  Limit limit = within(low, high, std::move(unit));
  limit.low_open = true;
  return limit;
}
Limit one_of(std::vector<std::string> choices) {
  Limit limit;
  limit.choices = std::move(choices);
  return limit;
}
Limit any_text(std::string unit) {
  Limit limit;
  limit.unit = std::move(unit);
  return limit;
}
Limit words_or(std::vector<std::string> words, std::string unit) {
  Limit limit = any_text(std::move(unit));
  limit.words = std::move(words);
  return limit;
}
Limit words_or_path(std::vector<std::string> words, std::string unit) {
  Limit limit = words_or(std::move(words), std::move(unit));
  limit.or_path = true;
  return limit;
}
Limit words_or_list(std::vector<std::string> words, std::vector<std::string> parts) {
  Limit limit = words_or(std::move(words), "");
  limit.parts = std::move(parts);
  return limit;
}

Limit automatic(Limit limit) {
  limit.automatic = true;
  return limit;
}

Limit repeated(Limit limit) {
  limit.repeated = true;
  return limit;
}

void check_limit(const Limit& limit, double value, const std::string& label, std::string_view text) {
  const bool inside = value >= limit.low && value <= limit.high && !(limit.low_open && value == limit.low);
  if (!inside) refuse(limit, label, text, "out of range");  // a NaN is inside of nothing
}

void check_choice(const Limit& limit, const std::string& value, const std::string& label) {
  const auto& all = limit.choices;
  if (all.empty() || std::find(all.begin(), all.end(), value) != all.end()) return;
  const std::string meant = choice_meant(all, value);
  throw UsageError(label + " is '" + printable(value) + "': not one of the choices",
                   (meant.empty() ? "" : "did you mean " + meant + "? ") + "allowed: " + limit.text());
}

bool Field::is_shorthand() const {
  return std::holds_alternative<PerNetwork<std::optional<int64_t>>*>(target) ||
         std::holds_alternative<PerNetwork<double>*>(target);
}

std::string Field::text() const {
  const std::string unset = limit.automatic ? "auto" : "";
  return std::visit(
      overloaded{[](const bool* value) -> std::string { return *value ? "true" : "false"; },
                 [](const int64_t* value) { return std::to_string(*value); },
                 [](const double* value) { return number_text(*value); },
                 [](const std::string* value) { return *value; },
                 [&](const Size* value) { return *value == Size{} ? unset : to_text(*value); },
                 [&](const std::optional<int64_t>* value) { return *value ? std::to_string(**value) : unset; },
                 [&](const std::optional<double>* value) { return *value ? number_text(**value) : unset; },
                 [&](const PerNetwork<std::optional<int64_t>>* value) {
                   return value->generator ? std::to_string(*value->generator) : unset;
                 },
                 [](const PerNetwork<double>* value) { return number_text(value->generator); }},
      target);
}

void set_from_text(const Field& field, std::string_view text, const std::string& label) {
  const Limit& limit = field.limit;
  std::visit(overloaded{[&](bool* value) {
                          if (text != "true" && text != "false")
                            refuse(one_of({"true", "false"}), label, text, "not a yes or no");
                          *value = text == "true";
                        },
                        [&](int64_t* value) { *value = integer_from(limit, text, label); },
                        [&](double* value) { *value = number_from(limit, text, label); },
                        [&](std::string* value) {
                          if (text.empty()) refuse(limit, label, text, "it is empty");
                          check_choice(limit, std::string(text), label);
                          *value = text;
                        },
                        [&](Size* value) { *value = size_from(limit, text, label); },
                        [&](std::optional<int64_t>* value) { *value = integer_or_auto(limit, text, label); },
                        [&](std::optional<double>* value) {
                          if (limit.automatic && text == "auto")
                            value->reset();
                          else
                            *value = number_from(limit, text, label);
                        },
                        [&](PerNetwork<std::optional<int64_t>>* value) {
                          value->generator = value->discriminator = integer_or_auto(limit, text, label);
                        },
                        [&](PerNetwork<double>* value) {
                          value->generator = value->discriminator = number_from(limit, text, label);
                        }},
             field.target);
}

std::string underscored(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}
std::string dashed(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

const Field* find_field(const Fields& fields, std::string_view name) {
  const std::string wanted = dashed(name);
  for (const auto& field : fields)
    if (field.name == wanted) return &field;
  return nullptr;
}

std::string did_you_mean(const std::vector<std::string>& known, std::string_view name) {
  std::string best;
  int least = std::max(1, static_cast<int>(name.size()) / 3);
  for (const auto& candidate : known)
    // Names with no letter in common are not near, however short.
    if (const int distance = edit_distance(candidate, name);
        distance <= least && distance < 4 && distance < static_cast<int>(std::max(candidate.size(), name.size())))
      if (best.empty() || distance < least) best = candidate, least = distance;
  return best;
}

void set_all(const Fields& fields, const Given& given) {
  for (const bool shorthands : {true, false})
    for (const auto& [name, text] : given) {
      const Field* field = find_field(fields, name);
      if (field && field->is_shorthand() == shorthands) set_from_text(*field, text, "--" + name);
    }
}

}  // namespace dcgan
