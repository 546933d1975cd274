#include "core/platform/io/child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>

#include "core/platform/grace.hpp"
#include "core/platform/io/file.hpp"

extern char** environ;

namespace dcgan {
namespace {

/// Descriptor actions and attributes of posix_spawn, freed in any case.
struct Spawning {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  Spawning() { ::posix_spawn_file_actions_init(&actions), ::posix_spawnattr_init(&attributes); }
  ~Spawning() { ::posix_spawn_file_actions_destroy(&actions), ::posix_spawnattr_destroy(&attributes); }
};

/// A started process: ended and waited for in any case.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid), killing_(std::in_place, [pid] { ::kill(pid, SIGKILL); }) {}
  ~Child() {
    if (pid_ > 0) ::kill(pid_, SIGKILL), wait();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ChildEnd wait() {
    int status = 0;
    struct rusage used {};
    while (::wait4(pid_, &status, 0, &used) < 0 && errno == EINTR) {
    }
    pid_ = -1, killing_.reset();
    const int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return {code, 0, static_cast<int64_t>(used.ru_maxrss) * 1024, ""};
  }

 private:
  pid_t pid_;
  std::optional<AtAbruptEnd> killing_;
};

/// The end of a file, without the line break behind it.
std::string tail_of(const FileHandle& file) {
  std::string text(4096, '\0');
  const off_t end = ::lseek(file.get(), 0, SEEK_END), start = std::max<off_t>(0, end - 4096);
  const ssize_t got = ::pread(file.get(), text.data(), text.size(), start);
  text.resize(got > 0 ? static_cast<size_t>(got) : 0);
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

ChildEnd run_this_program(const std::vector<std::string>& words,
                          const std::function<void(const std::string&, double)>& line) {
  const auto start = std::chrono::steady_clock::now();
  const auto since_start = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_system_error("cannot make a pipe", errno);
  FileHandle from(ends[0]), to(ends[1]);
  const FileHandle errors(::memfd_create("standard error", MFD_CLOEXEC));
  if (errors.get() < 0) throw_system_error("cannot make a file in memory", errno);
  std::vector<std::string> all = {"dcgan"};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> arguments;
  for (auto& word : all) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  Spawning how;
  ::posix_spawn_file_actions_adddup2(&how.actions, to.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&how.actions, errors.get(), STDERR_FILENO);
  sigset_t none;  // we hold stop signals back for a thread of ours; the child must not inherit that
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&how.attributes, &none);
  ::posix_spawnattr_setflags(&how.attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t pid = 0;
  if (const int problem =
          ::posix_spawn(&pid, "/proc/self/exe", &how.actions, &how.attributes, arguments.data(), environ))
    throw_system_error("cannot start another dcgan", problem);
  Child child(pid);
  to = FileHandle();
  std::string rest;
  char part[4096];
  for (;;) {
    const ssize_t got = ::read(from.get(), part, sizeof part);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    rest.append(part, static_cast<size_t>(got));
    for (size_t end; (end = rest.find('\n')) != std::string::npos; rest.erase(0, end + 1))
      line(rest.substr(0, end), since_start());
  }
  ChildEnd end = child.wait();
  end.seconds = since_start();
  end.said = tail_of(errors);
  return end;
}

}  // namespace dcgan
