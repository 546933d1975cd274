#include "formats/state_dict.hpp"

#include "fuzz/target.hpp"

namespace {

void read_as_file(std::string_view bytes, const char*) {
  const std::string path = dcgan::fuzz::as_file(bytes);
  if (dcgan::looks_like_state_dict(path)) dcgan::read_state_dict(path);
}

}  // namespace

DCGAN_FUZZ_TARGET(read_as_file)
