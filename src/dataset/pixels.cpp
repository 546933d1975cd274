#include "dataset/pixels.hpp"

#include <xxhash.h>

namespace dcgan {

uint64_t Pixels::content(int64_t index) const {
  std::vector<uint8_t> picture(static_cast<size_t>(info_.image_bytes()));
  copy(index, picture.data());
  return XXH3_64bits(picture.data(), picture.size());
}

}  // namespace dcgan
