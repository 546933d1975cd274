// A fuzz target (clang's libFuzzer): any bytes are read or refused with an Error, and nothing else happens.
// scripts/fuzz builds and runs all of them.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace dcgan::fuzz {

/// For readers of files: one in memory, by the name that Linux gives it.
inline std::string as_file(std::string_view bytes) {
  static const int file = memfd_create("the fuzzed file", 0);
  if (file < 0 || ftruncate(file, 0) != 0 ||
      pwrite(file, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    std::abort();
  return "/proc/self/fd/" + std::to_string(file);
}

}  // namespace dcgan::fuzz

#define DCGAN_FUZZ_TARGET(read)                                                             \
  extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {                 \
    try {                                                                                   \
      read(std::string_view(reinterpret_cast<const char*>(data), size), "the fuzzed file"); \
    } catch (const dcgan::Error&) {                                                         \
    }                                                                                       \
    return 0;                                                                               \
  }
