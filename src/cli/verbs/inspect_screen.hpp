// What `dcgan inspect` found, on one screen: what it is, where it stands, how good, what to type next.
#pragma once

#include <string>
#include <vector>

#include "core/json.hpp"

namespace dcgan {

/// At most kScreenLines lines of kScreenColumns columns; only commands are never cut, whatever their names. `found` is
/// an object of printable texts; what its keys say most comes first, and what is long is counted or cut.
constexpr size_t kScreenLines = 24, kScreenColumns = 80;
std::vector<std::string> screen_of(const Json& found);

}  // namespace dcgan
