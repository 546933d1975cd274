// The commands that make pictures of files in forms that are not read, as hints show them.
#pragma once

#include <string>
#include <vector>

#include "dataset/other_forms.hpp"

namespace dcgan {

/// Files of one form.
using FormFiles = std::vector<fs::path>;

/// They as words of a shell; of more than ten all files with that ending there.
std::string words_of(const FormFiles& files);
/// "faces" of "faces.tar.gz", beside it: a folder that is not there yet, or with an ending what that makes of the name.
fs::path result_of(const fs::path& path, const std::string& ending = "");

/// `command` unpacks it into result_of(path).
OtherForm archive_form(const fs::path& path, const std::string& kind, const std::string& command);
OtherForm tar_form(const FormFiles& files);
/// Files that another program packed; `command` unpacks them beside themselves.
OtherForm packed_form(const FormFiles& files, const std::string& kind, const std::string& command);

/// A file of arrays. Python's `code` makes `o` of it: an array, or what holds some. The largest are the pictures; of
/// others with a number a picture the first are saved beside, as labels.
OtherForm arrays_form(const fs::path& path, const std::string& what, const std::string& imports,
                      const std::string& code);
/// Files of encoded pictures, named from sys.argv[2] on; `code` calls put(class, bytes) for each.
OtherForm pictures_form(const FormFiles& files, const std::string& what, const std::string& imports,
                        const std::string& code);
/// Tables that pandas reads by `read` (of a file `f`): rows with encoded pictures, and labels perhaps.
OtherForm data_frame_form(const FormFiles& files, const std::string& what, const std::string& imports,
                          const std::string& read);
OtherForm cifar_pickles_form(const FormFiles& files, bool is_of_hundred);
/// A table of text: of pixels, a picture a row, or of other things.
OtherForm text_table_form(const fs::path& path);
/// Arrays of one picture each, in one folder or a folder a class.
OtherForm single_arrays_form(const fs::path& folder);

}  // namespace dcgan
