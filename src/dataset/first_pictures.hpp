// The first pictures of every class as the network gets them: for a person to look at before a training. Not for
// training, which sees all of them (dataset/loader).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "dataset/pixels.hpp"

namespace dcgan {

struct ClassPictures {
  std::string name;                                     // of the class, printable(); "" of pictures without one
  int64_t count = 0;                                    // pictures of this class, those that cannot be used included
  std::vector<std::pair<std::string, Image>> pictures;  // name and pixels
};

struct FirstPictures {
  Size size;
  int64_t channels = 3;
  std::vector<ClassPictures> classes;  // of those that have a usable picture, in their order; without classes one
  int64_t more_classes = 0;            // that have pictures and were not looked at
  std::vector<Skipped> skipped;        // pictures that came first and cannot be used
};

/// The first `each` usable pictures of each of the first `most_classes` classes of DATA. By the pixel fields of
/// `options`, and by what decides them in training (dataset/decoding); of a pack its own pixels. Throws Error when
/// nothing can be used.
FirstPictures first_pictures(const fs::path& path, const DataOptions& options, int64_t most_classes, int64_t each,
                             int64_t threads);

}  // namespace dcgan
