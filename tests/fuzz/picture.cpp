#include "fuzz/target.hpp"
#include "image/decode.hpp"

namespace {
void read_picture(std::string_view bytes, const char*) {
  constexpr int64_t kMegapixels = 4;
  dcgan::decode_image(bytes, dcgan::probe_image(bytes), kMegapixels);
}
}  // namespace

DCGAN_FUZZ_TARGET(read_picture)
