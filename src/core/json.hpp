// The one door to nlohmann/json. Object keys keep the order in which they were added.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/options.hpp"

namespace dcgan {

using Json = nlohmann::ordered_json;

/// Parse text. Throws Error naming `origin` (a path) and the line and column of the mistake.
Json parse_json(std::string_view text, const std::string& origin);
/// One line, no spaces. Invalid UTF-8 becomes U+FFFD instead of an exception (names go through printable()).
std::string compact(const Json& json);
/// Indented, with a newline at the end: for files that people read.
std::string pretty(const Json& json);

/// Fields as an object: underscored names, shorthands left out, values that are not set as null.
Json to_json(const Fields& fields);
/// One field's value.
Json to_json(const Field& field);
/// Set fields from an object. Throws UsageError for an unknown key (naming the nearest) and for a value of
/// the wrong type or out of range (naming key, value, range and `origin`). A null leaves the field as it is.
void set_from_json(const Fields& fields, const Json& object, const std::string& origin);

/// object[key] as T; throws Error naming `origin` and the key when it is missing or of another type.
template <class T>
T required(const Json& object, const char* key, const std::string& origin);

}  // namespace dcgan

#include "core/error.hpp"

template <class T>
T dcgan::required(const Json& object, const char* key, const std::string& origin) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (!object.is_object() || found == object.end()) throw Error(origin + ": the key '" + key + "' is missing");
  try {
    return found->template get<T>();
  } catch (const nlohmann::json::exception&) {
    throw Error(origin + ": the key '" + key + "' has a value of the wrong type");
  }
}
