// What a piece of code throws, for tests that look at the message, the hint and the exit code.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "core/error.hpp"

namespace dcgan::test {

struct Thrown {
  std::string what, hint;
  int exit_code = 0;  // 0: nothing was thrown
};

/// Runs `body`, which must throw an Error; anything else fails the test.
template <class Body>
Thrown thrown_by(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    return {error.what(), error.hint(), error.exit_code()};
  } catch (const std::exception& error) {
    ADD_FAILURE() << "not an Error: " << error.what();
    return {};
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

/// What and hint of the UsageError that `act` throws; "no UsageError" when it throws none.
template <class Act>
std::string usage_error(Act&& act) {
  try {
    act();
  } catch (const UsageError& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "no UsageError";
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace dcgan::test

#define EXPECT_CONTAINS(text, part) EXPECT_PRED2(::dcgan::test::contains, text, part)
