// Programs in files of other people, and whether this user has agreed that dcgan runs them: by the file's SHA-256, so
// that an agreement is for the very bytes and no others. Not here: what loads them (script.hpp). Safe from any thread.
#pragma once

#include <string>

#include "core/platform/io/file.hpp"

namespace dcgan {

/// Remembers it for this process and, in the user's own folder (core/platform/io/user_folder), for later ones; warns where
/// that cannot be had.
void agree_to_run(const std::string& sha256, const std::string& file);

/// The same of a whole file, for what will be opened later. Does nothing where there is no such file.
void agree_to_run_file(const fs::path& path);

/// Throws UsageError, which says what running it means and how to agree, unless that was done, now or once before.
/// `what` begins the sentence: "the feature network 'x.pt'". `why` it is no data, where that could have been.
void check_agreed(const std::string& sha256, const std::string& what, const std::string& why = "");

}  // namespace dcgan
