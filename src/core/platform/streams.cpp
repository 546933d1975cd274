#include "core/platform/streams.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "core/error.hpp"

namespace dcgan {
namespace {

bool output_was_closed = false;

bool is_closed(int descriptor) { return ::fcntl(descriptor, F_GETFD) == -1 && errno == EBADF; }

/// Of a pipe or a terminal: nobody is at its other end.
bool nobody_reads(int descriptor) {
  pollfd one{descriptor, POLLOUT, 0};
  return ::poll(&one, 1, 0) == 1 && (one.revents & (POLLERR | POLLHUP));
}

/// 0, or why not all has arrived; -1 where the system says it no more.
int why_not_all_arrived() {
  if (std::fflush(stdout) != 0) return errno;
  if (std::ferror(stdout)) return -1;
  // Some file systems find out as late as this.
  const int twin = ::dup(STDOUT_FILENO);
  return twin >= 0 && ::close(twin) != 0 && errno != EINTR ? errno : 0;
}

}  // namespace

void fill_standard_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (!is_closed(descriptor)) continue;
    // The lowest that is free is taken: this one. For reading alone: what is printed there must not seem to arrive.
    const bool is_output = descriptor == STDOUT_FILENO;
    int got = ::open("/dev/null", is_output ? O_RDONLY : O_RDWR);
    if (got < 0) got = ::open("/", O_RDONLY | O_DIRECTORY);  // where there are no devices
    if (got >= 0 && got != descriptor) ::dup2(got, descriptor), ::close(got);
    output_was_closed = output_was_closed || is_output;
  }
}

void do_without_standard_output() {
  if (!output_was_closed) return;
  const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null < 0) return;
  ::dup2(null, STDOUT_FILENO);
  ::close(null);
}

void check_standard_output() {
  const int why = why_not_all_arrived();
  if (why == 0 || (!output_was_closed && nobody_reads(STDOUT_FILENO))) return;
  const std::string reason = output_was_closed ? "it is closed" : why > 0 ? std::strerror(why) : "not all of it arrived";
  throw Error("cannot write to standard output: " + reason,
              why == ENOSPC || why == EDQUOT || why == -1 ? "is the disk full? free some space" : "send it elsewhere");
}

}  // namespace dcgan
