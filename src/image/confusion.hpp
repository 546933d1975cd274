// A picture of which class is taken for which.
#pragma once

#include <string>
#include <vector>

#include "image/image.hpp"

namespace dcgan {

/// Rows are classes, columns what they were taken for; a cell is the darker the larger its share of the row, and says
/// it in percent. `counts`: row by row, the square of as many as there are names. RGB; of more than 100 classes the
/// first 100.
Image confusion_picture(const std::vector<std::string>& names, const std::vector<int64_t>& counts);

}  // namespace dcgan
