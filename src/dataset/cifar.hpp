// CIFAR-10 and CIFAR-100, binary version (Krizhevsky, "Learning multiple layers of features from tiny images", 2009):
// records of one label byte (CIFAR-100: coarse, then fine) and 3 x 32 x 32 bytes, colour planes apart.
#pragma once

#include <vector>

#include "dataset/array_source.hpp"

namespace dcgan {

struct CifarFiles {
  std::vector<fs::path> records;  // in order; empty: this is no CIFAR
  fs::path names;                 // class names, one a line; empty when there is no such file
  int64_t label_bytes = 1;        // 1: CIFAR-10, 2: CIFAR-100, of which the second (fine) counts
  std::vector<std::string> remarks;  // which parts are not there
};

/// What `path` holds: a record file itself, or the folder as it is unpacked (its training files). A file is known by
/// its size and by label bytes in range.
CifarFiles find_cifar(const fs::path& path);
/// Throws Error when a file is cut off or a label is out of range.
PictureArray read_cifar(const CifarFiles& files);

}  // namespace dcgan
