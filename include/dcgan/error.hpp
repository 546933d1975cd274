// Errors that a user can act on. An error says what failed and where (file, key, line), its hint says what
// to do. Everything that <dcgan/...> declares throws an Error, or std::bad_alloc, and nothing else of its own.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace dcgan {

/// Exit codes of the program.
enum ExitCode : int { kDone = 0, kFailed = 1, kUsedWrongly = 2, kSignalBase = 128 };

/// Something failed that the user did not ask for wrongly: a damaged file, a full disk. Exit code 1.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& what, std::string hint = "") : std::runtime_error(what), hint_(std::move(hint)) {}
  /// What to do about it; may be empty.
  const std::string& hint() const { return hint_; }
  /// What a program may end with: an ExitCode.
  virtual int exit_code() const { return kFailed; }

 private:
  std::string hint_;
};

/// The command, an option, a config key or an argument is wrong. Exit code 2.
class UsageError : public Error {
 public:
  using Error::Error;
  int exit_code() const override { return kUsedWrongly; }
};

}  // namespace dcgan
