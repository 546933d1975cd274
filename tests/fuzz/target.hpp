// A fuzz target (clang's libFuzzer): any bytes are read or refused with an Error, and nothing else happens.
// scripts/fuzz builds and runs all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/error.hpp"

#define DCGAN_FUZZ_TARGET(read)                                                             \
  extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {                 \
    try {                                                                                   \
      read(std::string_view(reinterpret_cast<const char*>(data), size), "the fuzzed file"); \
    } catch (const dcgan::Error&) {                                                         \
    }                                                                                       \
    return 0;                                                                               \
  }
