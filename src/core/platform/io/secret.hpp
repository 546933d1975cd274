// Words that nobody guesses.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dcgan {

/// So many bytes of the system's random source, as hexadecimal digits. Throws Error when it has none to give.
std::string random_word(size_t bytes);

/// Whether they are the same. The time it takes depends on their lengths alone: it does not say how much of a guess was
/// right.
bool is_same_secret(std::string_view a, std::string_view b);

}  // namespace dcgan
