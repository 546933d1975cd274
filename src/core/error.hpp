// What the program's own code throws: the Error and UsageError that <dcgan/error.hpp> shows to everyone, and kinds of
// them that only it tells apart. Throw low, catch once: only main.cpp prints errors and turns them into exit codes.
#pragma once

#include <dcgan/error.hpp>

#include <string>

namespace dcgan {

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
