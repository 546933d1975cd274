// The one door to nlohmann/json. Object keys keep the order in which they were added.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/options.hpp"

namespace dcgan {

using Json = nlohmann::ordered_json;

constexpr size_t kLongestJson = 64 << 20, kLongestJsonLine = 1 << 20;  // bytes

/// Parse text. Throws Error naming `origin` (a path) and the line and column of the mistake; for what is longer than
/// kLongestJson, or has lists in lists or an object without end, before memory is asked for it. Nothing else in the
/// program parses JSON.
Json parse_json(std::string_view text, const std::string& origin);
/// A line of a log, which may be torn or a stranger's: none where it is no JSON, longer than kLongestJsonLine, or too
/// deep for parse_json, or has an object of more than 1,000 keys.
std::optional<Json> parse_json_line(std::string_view line);
/// One line, no spaces. Invalid UTF-8 becomes U+FFFD instead of an exception (names go through printable()).
std::string compact(const Json& json);
/// The same in ASCII, with every value as it is: for lines that programs read and a terminal may show.
std::string compact_ascii(const Json& json);
/// Indented, with a newline at the end: for files that people read.
std::string pretty(const Json& json);

/// Fields as an object: underscored names, shorthands left out, values that are not set as null.
Json to_json(const Fields& fields);
/// One field's value.
Json to_json(const Field& field);
/// Set fields from an object. Throws UsageError for an unknown key (naming the nearest) and for a value of
/// the wrong type or out of range (naming key, value, range and `origin`). A null leaves the field as it is.
void set_from_json(const Fields& fields, const Json& object, const std::string& origin);

/// Its keys and texts through printable(): for what a stranger's file says.
Json printable_json(const Json& json);

/// False for a number, or a list with one, that T cannot hold: 2^64 - 1 or 0.5 for int64_t. Not of types.
template <class T>
bool fits(const Json& json);
/// object[key] as T; throws Error naming `origin` and the key when it is missing, of another type, or does not fit.
template <class T>
T required(const Json& object, const char* key, const std::string& origin);
/// The same; `otherwise` where `object` is none, or the key is missing or null.
template <class T>
T value_or(const Json& object, const char* key, T otherwise, const std::string& origin) {
  const bool is_there = object.is_object() && object.contains(key) && !object[key].is_null();
  return is_there ? required<T>(object, key, origin) : std::move(otherwise);
}

}  // namespace dcgan

#include "core/error.hpp"

template <class T>
bool dcgan::fits(const Json& json) {
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    if (json.is_number_unsigned()) return std::in_range<T>(json.get<uint64_t>());
    return json.is_number_integer() ? std::in_range<T>(json.get<int64_t>()) : !json.is_number();
  } else if constexpr (requires { typename std::vector<typename T::value_type>; }) {
    if constexpr (std::is_same_v<T, std::vector<typename T::value_type>>)
      return !json.is_array() || std::all_of(json.begin(), json.end(), fits<typename T::value_type>);
  }
  return true;
}

template <class T>
T dcgan::required(const Json& object, const char* key, const std::string& origin) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (!object.is_object() || found == object.end()) throw Error(origin + ": the key '" + key + "' is missing");
  if (!fits<T>(*found)) throw Error(origin + ": the key '" + key + "' has a number that is not whole, or out of range");
  try {
    return found->template get<T>();
  } catch (const nlohmann::json::exception&) {
    throw Error(origin + ": the key '" + key + "' has a value of the wrong type");
  }
}
