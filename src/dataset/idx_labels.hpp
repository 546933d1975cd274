// Labels of the MNIST family: where they lie beside pictures (idx_labels.cpp), and what their numbers mean
// (idx_label_values.cpp).
#pragma once

#include <string>
#include <vector>

#include "formats/idx.hpp"

namespace dcgan {

struct IdxLabels {
  std::vector<int32_t> labels;       // -1: none
  std::vector<std::string> remarks;  // which numbers are taken for classes, and how many are none
};

/// A labels file: bytes or larger whole numbers, one a picture; or rows of them. Of rows of zeros and a one (one-hot)
/// the place of the one counts, of others the first number (QMNIST). Numbers below zero are no class. Throws Error when
/// there are not `count`, or they are no class numbers.
IdxLabels read_idx_labels(const fs::path& path, int64_t count);
/// Where the labels of an image file lie by the family's custom ("images-idx3" to "labels-idx1"), if there. Dots,
/// dashes, capitals, .gz and the words for the numbers do not matter.
fs::path labels_beside(const fs::path& images);
/// For an image file without labels: where they were looked for, and which file might hold them.
std::vector<std::string> remarks_without_labels(const fs::path& images);

}  // namespace dcgan
