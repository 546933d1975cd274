// Runs a program as a user's shell would, and lets a test read, signal and kill it.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace dcgan::test {

struct Finished {
  int code = -1;  // exit code, or 128 + signal
  std::string out, err;
};

/// A running program. Standard output and error are read through pipes; input is empty.
class Process {
 public:
  /// `before_exec` runs in the child (to drop rights, to set limits).
  explicit Process(const std::vector<std::string>& command, const std::function<void()>& before_exec = {}) {
    if (::pipe2(out_, O_CLOEXEC) != 0 || ::pipe2(err_, O_CLOEXEC) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(out_[1], STDOUT_FILENO);
      ::dup2(err_[1], STDERR_FILENO);
      const int null = ::open("/dev/null", O_RDONLY);
      ::dup2(null, STDIN_FILENO);
      if (before_exec) before_exec();
      std::vector<char*> arguments;
      for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
      arguments.push_back(nullptr);
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::close(out_[1]);
    ::close(err_[1]);
  }
  ~Process() {
    if (pid_ > 0) kill(SIGKILL), wait();
    ::close(out_[0]);
    ::close(err_[0]);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void kill(int signal) const { ::kill(pid_, signal); }
  pid_t id() const { return pid_; }

  /// Reads until standard output holds `lines` whole lines or the program ends; false in the second case.
  bool read_lines(int lines) {
    while (count_lines() < lines)
      if (!read_some()) return false;
    return true;
  }
  /// Standard output so far.
  const std::string& out() const { return result_.out; }
  /// Reads to the end and waits for it.
  Finished wait() {
    while (read_some()) {
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    result_.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result_;
  }

 private:
  int count_lines() const {
    int lines = 0;
    for (const char c : result_.out) lines += c == '\n';
    return lines;
  }
  /// Blocks for more output; false when both pipes are closed.
  bool read_some() {
    pollfd pipes[2] = {{open_[0] ? out_[0] : -1, POLLIN, 0}, {open_[1] ? err_[0] : -1, POLLIN, 0}};
    if (!open_[0] && !open_[1]) return false;
    ::poll(pipes, 2, -1);
    for (int i = 0; i < 2; ++i) {
      if (!open_[i] || !(pipes[i].revents & (POLLIN | POLLHUP))) continue;
      char buffer[4096];
      const ssize_t got = ::read(pipes[i].fd, buffer, sizeof buffer);
      if (got <= 0)
        open_[i] = false;
      else
        (i == 0 ? result_.out : result_.err).append(buffer, static_cast<size_t>(got));
    }
    return true;
  }

  pid_t pid_ = -1;
  int out_[2] = {}, err_[2] = {};
  bool open_[2] = {true, true};
  Finished result_;
};

inline Finished run(const std::vector<std::string>& command, const std::function<void()>& before_exec = {}) {
  return Process(command, before_exec).wait();
}

/// What a shell command prints, and its exit status.
inline std::pair<std::string, int> output_of(const std::string& command) {
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::string out;
  for (int c; (c = std::fgetc(pipe)) != EOF;) out.push_back(static_cast<char>(c));
  const int status = ::pclose(pipe);
  return {out, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
}

}  // namespace dcgan::test
