#include "core/json.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr size_t kDeepest = 200;              // values are copied and written by recursion
constexpr size_t kMostMembers = 10'000;       // a key is found by looking at all of them
constexpr size_t kMostMembersOfLine = 1'000;  // a log has many lines; ours have 22

/// How deep lists and objects lie in one another, and of how many parts is the longest object; no farther than where
/// one of them is too much. (Of what is no JSON anything: it is refused anyway.)
struct Extent {
  size_t depth = 0, members = 0;
  bool is_too_deep() const { return depth > kDeepest; }
};

Extent extent_of(std::string_view text) {
  Extent most;
  std::vector<size_t> members;  // seen so far, of each that is open; 0 in a list
  bool is_text = false;
  for (size_t i = 0; i < text.size() && !most.is_too_deep(); ++i) {
    const char c = text[i];
    if (is_text && c == '\\')
      ++i;
    else if (c == '"')
      is_text = !is_text;
    else if (is_text)
      continue;
    else if (c == '[' || c == '{')
      members.push_back(c == '{'), most.depth = std::max(most.depth, members.size());
    else if ((c == ']' || c == '}') && !members.empty())
      members.pop_back();
    else if (c == ',' && !members.empty() && members.back() > 0)
      most.members = std::max(most.members, ++members.back());
  }
  return most;
}

}  // namespace

Json parse_json(std::string_view text, const std::string& origin) {
  if (text.size() > kLongestJson)
    throw Error(printable(origin) + ": its JSON has " + bytes_text(static_cast<double>(text.size())) + ", more than " +
                bytes_text(kLongestJson));
  const Extent extent = extent_of(text);
  if (extent.is_too_deep())
    throw Error(printable(origin) + ": its JSON has lists in lists, deeper than " + std::to_string(kDeepest));
  if (extent.members > kMostMembers)
    throw Error(printable(origin) + ": its JSON has an object of " + with_commas(static_cast<int64_t>(extent.members)) +
                " keys, more than " + with_commas(kMostMembers));
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    const size_t at = std::min<size_t>(error.byte ? error.byte - 1 : 0, text.size());
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(at), '\n');
    const auto start = text.substr(0, at).rfind('\n');
    const size_t column = at - (start == std::string_view::npos ? 0 : start + 1) + 1;
    if (text.empty()) throw Error(printable(origin) + " is empty: not valid JSON", "restore it from a backup");
    throw Error(printable(origin) + ", line " + std::to_string(line) + ", column " + std::to_string(column) +
                ": not valid JSON");
  } catch (const Json::out_of_range&) {  // 1e999: good grammar, but no double
    throw Error(printable(origin) + ": not valid JSON: a number in it is too large");
  }
}

std::optional<Json> parse_json_line(std::string_view line) {
  if (line.size() > kLongestJsonLine) return std::nullopt;
  const Extent extent = extent_of(line);
  if (extent.is_too_deep() || extent.members > kMostMembersOfLine) return std::nullopt;
  Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return std::nullopt;
  return json;
}

std::string compact(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }
std::string compact_ascii(const Json& json) { return json.dump(-1, ' ', true, Json::error_handler_t::replace); }
std::string pretty(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json printable_json(const Json& json) {
  if (json.is_string()) return printable(json.get_ref<const std::string&>());
  if (!json.is_structured()) return json;
  Json out = json.is_array() ? Json::array() : Json::object();
  for (const auto& [key, value] : json.items())
    if (json.is_array())
      out.push_back(printable_json(value));
    else
      out[printable(key)] = printable_json(value);
  return out;
}

Json to_json(const Field& field) {
  if (const auto* flag = std::get_if<bool*>(&field.target)) return **flag;
  if (const auto* text = std::get_if<std::string*>(&field.target)) return **text;
  if (const auto* integer = std::get_if<int64_t*>(&field.target)) return **integer;
  if (const auto* real = std::get_if<double*>(&field.target)) return **real;
  if (const auto* integer = std::get_if<std::optional<int64_t>*>(&field.target))
    return **integer ? Json(***integer) : Json();
  if (const auto* real = std::get_if<std::optional<double>*>(&field.target)) return **real ? Json(***real) : Json();
  return field.text();  // a size
}

Json to_json(const Fields& fields) {
  Json object = Json::object();
  for (const auto& field : fields)
    if (!field.is_shorthand()) object[underscored(field.name)] = to_json(field);
  return object;
}

void set_from_json(const Fields& fields, const Json& object, const std::string& origin) {
  if (!object.is_object()) throw UsageError(origin + ": options must be an object of names and values");
  std::vector<std::string> known;
  for (const auto& field : fields) known.push_back(underscored(field.name));
  Given given;
  for (const auto& [key, value] : object.items()) {
    const Field* field = find_field(fields, key);
    if (!field) {
      const std::string near = did_you_mean(known, underscored(key));
      throw UsageError(origin + ": unknown key '" + printable(key) + "'",
                       near.empty() ? "`dcgan train --help` lists the options" : "did you mean '" + near + "'?");
    }
    if (value.is_null()) continue;
    const bool wants_flag = field->is_flag();
    if (value.is_structured() || value.is_boolean() != wants_flag)
      throw UsageError(origin + ": the key '" + key + "' is " + compact(value) + ", of the wrong type",
                       "allowed: " + (wants_flag ? "true|false" : field->limit.text()));
    given.emplace_back(field->name, value.is_string() ? value.get<std::string>() : compact(value));
  }
  for (const bool shorthands : {true, false})
    for (const auto& [name, text] : given)
      if (const Field* field = find_field(fields, name); field->is_shorthand() == shorthands)
        set_from_text(*field, text, origin + ": the key '" + underscored(name) + "'");
}

}  // namespace dcgan
