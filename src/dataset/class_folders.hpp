// Which folders of a listing are its classes, by their names and places alone. Not for labels in a file
// (dataset/label_list).
#pragma once

#include <functional>

#include "dataset/walk.hpp"

namespace dcgan {

/// False for names that no picture has: texts, tables, pages, programs, archives. Any other name may be one's.
bool may_be_picture(std::string_view path);
/// True for names that only pictures have.
bool is_named_picture(std::string_view path);

struct Wrapping {
  std::vector<std::string> folders;  // that all pictures lie in, from the outside in: "", "photos/", "photos/2026/"...
  std::string classes;               // the one of them whose folders are the classes
};

/// A folder wraps the next as long as that is alone and no picture lies beside it; folders of texts do not count. The
/// classes are in the innermost if it has several folders and nothing but them, else at the top: then the folder
/// there is the only class. `is_picture` looks into a file whose name does not tell.
Wrapping find_wrapping(const Listing& listing, const std::function<bool(int64_t)>& is_picture);

/// What is odd about the classes of a listing: names that other systems take for one, and folders that are taken for
/// classes and are parts of a set ("train2017", "val2017") or pictures and their answers ("images", "masks"). They lie
/// in `folder`.
std::vector<std::string> remarks_on_classes(const Listing& listing, const std::string& folder, bool is_archive);

}  // namespace dcgan
