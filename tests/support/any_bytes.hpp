// What a reader does with a file that is not what it should be.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "core/error.hpp"

namespace dcgan::test {

/// Calls `read` with every beginning of `bytes`, and with every byte changed in three ways: it reads or throws an
/// Error, and nothing else.
template <class Read>
void expect_read_or_refused(const std::string& bytes, Read&& read) {
  const auto tried = [&](const std::string& damaged, const std::string& what) {
    try {
      read(damaged);
    } catch (const Error& error) {
      EXPECT_STRNE(error.what(), "") << what;
    } catch (const std::exception& error) {
      ADD_FAILURE() << what << ": not an Error: " << error.what();
    }
  };
  for (size_t left = 0; left < bytes.size(); ++left) tried(bytes.substr(0, left), std::to_string(left) + " bytes");
  for (size_t at = 0; at < bytes.size(); ++at)
    for (const int flip : {1, 0x80, 0xFF}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ flip);
      tried(damaged, "byte " + std::to_string(at));
    }
}

}  // namespace dcgan::test
