// What --help prints: the verbs in groups, or one verb with its options, wrapped to the terminal. Neither CLI11 nor
// torch. Not here: the manual and the reference (cli/man), which have everything.
#pragma once

#include <string>
#include <vector>

#include "cli/field_text.hpp"

namespace dcgan {

/// `dcgan --help`. Lines of at most `columns` characters, where words allow it.
std::string program_help(const std::vector<Verb>& verbs, size_t columns);
/// `dcgan VERB --help`. Of a verb with many options the common ones, unless `shows_all`.
std::string verb_help(const ListedVerb& verb, size_t columns, bool shows_all);

}  // namespace dcgan
