// Names that were read from files (classes of a pack, lines of a list, folders in an archive) as names of files and
// folders. The one way from a stranger's text to a path. Not for paths that the user gives himself.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dcgan {

/// `text` as the name of one file or folder, 1 to 255 bytes of UTF-8, that any system takes and none reads as anything
/// else: no separators, no "." or "..", no control, invisible or direction characters, none that Windows forbids or
/// reserves, no dot or dash in front, no dot or blank at the end. What is such a name already stays as it is; other
/// characters become "_", and what is too long is cut and ends in a digest.
std::string plain_file_name(std::string_view text);

/// Equal for names that some system takes for one: capitals and small letters, letters with marks in one piece or two.
/// Of bytes that are no UTF-8 too.
std::string folded_file_name(std::string_view name);

struct FileNames {
  std::vector<std::string> names;    // one for each text, all different, even where case and accents do not count
  std::vector<std::string> remarks;  // which texts are written otherwise, the first few by name
};

/// Names for all of `texts`, which shall lie in one folder. Texts that are names already keep theirs, of twins the
/// first. `is_taken` tells names that something else has there, or that mean something.
FileNames plain_file_names(const std::vector<std::string>& texts,
                           const std::function<bool(const std::string&)>& is_taken = {});

}  // namespace dcgan
