// Errors that a user can act on. An error says what failed and where (file, key, line), its hint says what
// to do. Throw low, catch once: only main.cpp prints errors and turns them into exit codes.
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
  virtual int exit_code() const { return kFailed; }

 private:
  std::string hint_;
};

/// The command, an option or a config key is wrong. Exit code 2.
class UsageError : public Error {
 public:
  using Error::Error;
  int exit_code() const override { return kUsedWrongly; }
};

/// The machine, or a limit set on this process, has no more of something: open files, memory. It says nothing of what
/// was read, so nobody may take it for a bad file: what skips bad files lets it pass.
class Exhausted : public Error {
 public:
  using Error::Error;
};
/// In a handler of what one file did wrong: lets Exhausted pass.
inline void rethrow_exhausted(const Error& error) {
  if (dynamic_cast<const Exhausted*>(&error)) throw;
}

/// A signal ended the work after everything worth saving was saved. Exit code 128 + signal.
class Stopped : public Error {
 public:
  Stopped(int signal, const std::string& what) : Error(what), signal_(signal) {}
  int exit_code() const override { return kSignalBase + signal_; }

 private:
  int signal_;
};

}  // namespace dcgan
