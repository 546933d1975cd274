// CIFAR-10 and CIFAR-100, binary version (Krizhevsky, "Learning multiple layers of features from tiny images", 2009):
// records of one label byte (CIFAR-100: coarse, then fine) and 3 x 32 x 32 bytes, colour planes apart.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/platform/io/file.hpp"

namespace dcgan {

inline constexpr int64_t kCifarSide = 32, kCifarChannels = 3;

struct CifarFiles {
  std::vector<fs::path> records;     // in order; empty: this is no CIFAR
  fs::path names;                    // class names, one a line; empty when there is no such file
  int64_t label_bytes = 1;           // 1: CIFAR-10, 2: CIFAR-100, of which the second (fine) counts
  std::vector<std::string> remarks;  // which parts are not there
};

struct CifarPictures {
  int64_t count = 0;
  std::vector<uint8_t> values;       // count x 32 x 32 x 3: height, width, red green blue
  std::vector<int32_t> labels;       // one a picture, below the number of classes
  std::vector<std::string> classes;  // 10 or 100 names; numbers where the file of names does not fit
};

/// What `path` holds: a record file itself, or the folder as it is unpacked (its training files). A file is known by
/// its size and by label bytes in range.
CifarFiles find_cifar(const fs::path& path);
/// Throws Error when a file is cut off or a label is out of range. `check`, when given, is told how many pictures there
/// are and the size of the files before memory is asked for.
CifarPictures read_cifar(const CifarFiles& files,
                         const std::function<void(int64_t count, uint64_t file_bytes)>& check = {});

}  // namespace dcgan
