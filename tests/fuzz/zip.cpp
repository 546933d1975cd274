#include "formats/zip.hpp"

#include "fuzz/target.hpp"

namespace {

void read_as_file(std::string_view bytes, const char*) {
  constexpr size_t kLooked = 1 << 20;  // bytes of an entry
  const dcgan::ZipFile file(dcgan::fuzz::as_file(bytes));
  for (const auto& entry : file.entries()) try {
      dcgan::path_of(entry);
      file.read(entry, kLooked);
    } catch (const dcgan::Error&) {  // of this one: the next may be read
    }
}

}  // namespace

DCGAN_FUZZ_TARGET(read_as_file)
