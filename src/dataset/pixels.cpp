#include "dataset/pixels.hpp"

#include "formats/pack_file.hpp"

namespace dcgan {

uint64_t Pixels::content(int64_t index) const {
  std::vector<uint8_t> picture(static_cast<size_t>(info_.image_bytes()));
  copy(index, picture.data());
  return record_checksum(picture.data(), picture.size());
}

}  // namespace dcgan
