#include "core/platform/io/desktop.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "core/error.hpp"
#include "core/platform/machine.hpp"

extern char** environ;

namespace dcgan {

bool has_display() { return !environment("DISPLAY").empty() || !environment("WAYLAND_DISPLAY").empty(); }

Showing::Showing(const std::string& target) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions), ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  for (const int out : {STDOUT_FILENO, STDERR_FILENO})
    ::posix_spawn_file_actions_addopen(&actions, out, "/dev/null", O_WRONLY, 0);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  sigset_t usual;  // what we ignore
  ::sigemptyset(&usual), ::sigaddset(&usual, SIGPIPE);
  ::posix_spawnattr_setsigdefault(&attributes, &usual);
  // A session of its own: Ctrl-C is for us alone.
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
  std::string program = "xdg-open", word = target;
  char* words[] = {program.data(), word.data(), nullptr};
  const int problem = ::posix_spawnp(&pid_, program.c_str(), &actions, &attributes, words, environ);
  ::posix_spawn_file_actions_destroy(&actions), ::posix_spawnattr_destroy(&attributes);
  if (problem != 0) throw Error("xdg-open cannot be started: " + std::string(std::strerror(problem)));
}

std::optional<int> Showing::ended() {
  int status = 0;
  if (pid_ <= 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace dcgan
