// Other processes for tests: forked, waited for, killed. No sleeping.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace dcgan::test {

/// Runs `body`, which returns an exit code, in a forked process; 99 when it throws, 128 + n for signal n.
template <class Body>
int exit_code_of(Body&& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 99;
    try {
      code = body();
    } catch (...) {
    }
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace dcgan::test
