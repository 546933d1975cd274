// Labels in files of other programs that lie among pictures: tables with a row a picture, .cls files of WebDataset.
// They are not read. What is found here is that they are there, and the command that makes folders of classes by them.
#pragma once

#include <functional>
#include <string>

#include "dataset/walk.hpp"

namespace dcgan {

/// Up to `limit` bytes of file `index` from its start. May throw Error.
using BytesOf = std::function<std::string(int64_t index, size_t limit)>;

/// A remark on the first such file; empty if there is none. The command links the pictures into a folder beside
/// DATA, which is a folder or, if `is_archive`, must be unpacked first.
std::string remark_on_label_tables(const Listing& listing, bool is_archive, const BytesOf& bytes_of);

}  // namespace dcgan
