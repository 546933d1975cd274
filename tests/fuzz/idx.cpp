#include "formats/idx.hpp"

#include "fuzz/target.hpp"

namespace {

void read_as_file(std::string_view bytes, const char*) {
  const std::string path = dcgan::fuzz::as_file(bytes);
  if (!dcgan::looks_like_idx(path)) return;
  dcgan::idx_shape(path);
  dcgan::read_idx(path);
}

}  // namespace

DCGAN_FUZZ_TARGET(read_as_file)
