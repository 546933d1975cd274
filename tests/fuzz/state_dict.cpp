#include "formats/state_dict.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "fuzz/target.hpp"

namespace {

/// It reads files: one in memory, by the name that Linux gives it.
void read_as_file(std::string_view bytes, const char* name) {
  static const int file = memfd_create(name, 0);
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (file < 0 || ftruncate(file, 0) != 0 ||
      pwrite(file, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    std::abort();
  if (dcgan::looks_like_state_dict(path)) dcgan::read_state_dict(path);
}

}  // namespace

DCGAN_FUZZ_TARGET(read_as_file)
