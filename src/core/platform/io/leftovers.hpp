// Names under which something is written aside until it is whole, and how it is known later that nobody is at it any
// more. A name holds 128 random bits, so that nobody can lie in wait under it, and which run of which system made it.
// Whoever writes holds a lock. What another system made, or lies where locks do not work, is left alone for a week: its
// writer may be alive on another machine. Process numbers say nothing there, nor in another container.
#pragma once

#include <string>
#include <string_view>

#include "core/platform/io/file.hpp"

namespace dcgan {

inline constexpr std::string_view kAsideFile = ".dcgan-aside-", kAsideFolder = ".dcgan-unpacking-";

/// `prefix`, this system's mark, random digits, `ending`. At most 120 bytes for an ending of 16.
std::string random_name(std::string_view prefix, std::string_view ending = "");
/// True for what random_name makes of `prefix`, and nothing that a person would think of.
bool is_random_name(std::string_view name, std::string_view prefix);

/// Marks what is open as being written, until it is closed. False when somebody else looks at it or has removed it:
/// then another name is to be taken.
bool hold(const FileHandle& handle);

/// True when nobody is at it; it is then held. `name` is what random_name made of `prefix`. False for what is another
/// user's.
bool is_abandoned(const FileHandle& handle, std::string_view name, std::string_view prefix);

}  // namespace dcgan
