// A .npy file as pictures: uint8 [N, height, width] or [N, height, width, channels]. For any other array the command
// that makes one of it.
#pragma once

#include "dataset/array_source.hpp"

namespace dcgan {

/// Throws Error with that command as its hint, where NumPy can do it.
PictureArray read_npy_pictures(const fs::path& path);

/// What is odd about one, whose pictures are not asked for yet: labels beside it, which are not read.
std::vector<std::string> remarks_on_npy(const fs::path& path);

/// [N, height, width] or [N, height, width, channels], of 1, 3 or 4.
bool is_shape_of_pictures(const std::vector<int64_t>& shape);
/// Its sizes, without values.
PictureArray array_of(const std::vector<int64_t>& shape);

}  // namespace dcgan
