#include "formats/pack_file.hpp"

#include "fuzz/target.hpp"

namespace {

void read_as_file(std::string_view bytes, const char*) {
  dcgan::PackFile pack(dcgan::fuzz::as_file(bytes), "again");
  std::vector<uint8_t> out(static_cast<size_t>(pack.take_text().image_bytes()));
  for (int64_t i = 0; i < pack.count(); ++i) pack.copy(i, out.data());
}

}  // namespace

DCGAN_FUZZ_TARGET(read_as_file)
