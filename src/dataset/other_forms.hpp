// Forms in which pictures are handed around and that are not read as data: what each is, and the way on. Only the
// beginnings of files are looked at.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dataset/walk.hpp"

namespace dcgan {

struct OtherForm {
  std::string what;  // "is a tar archive"
  std::string way;   // a hint: a command, or the file to give
};

std::optional<OtherForm> form_of_file(const fs::path& path);
/// Of a folder in which no picture is found, or nothing.
std::optional<OtherForm> form_of_folder(const Listing& listing);
/// Either.
std::optional<OtherForm> form_of(const fs::path& path);

}  // namespace dcgan
