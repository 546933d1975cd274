// How each key of what `dcgan inspect` found is told to a person, in a few words. Not for how rows lie on a screen
// (cli/verbs/inspect_screen).
#pragma once

#include <span>
#include <string>

#include "core/json.hpp"

namespace dcgan {

/// A value in a few words: of a list or an object its first ten, "and 3 more".
std::string brief(const Json& value);

/// A key, and its text: by its value, and by all that was found. A text of "": nothing to tell, or part of another row.
struct InspectRow {
  const char* key;
  const char* label;
  std::string (*text)(const Json& value, const Json& all);
};

/// In the order of the screen.
std::span<const InspectRow> inspect_rows();

}  // namespace dcgan
