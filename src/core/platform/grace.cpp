#include "core/platform/grace.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

#include "core/error.hpp"
#include "core/log.hpp"

namespace dcgan {
namespace {

constexpr std::chrono::milliseconds kGrace{1000};  // so that all is over within two seconds, of a large process too

std::atomic<int> savers{0};

struct Endings {
  std::mutex mutex;
  std::map<int64_t, std::function<void()>> all;
  int64_t next = 0;
};
/// Never destroyed: a signal may come while the program leaves main().
Endings& endings() {
  static auto* all = new Endings;
  return *all;
}

}  // namespace

SavesBeforeEnd::SavesBeforeEnd() { ++savers; }
SavesBeforeEnd::~SavesBeforeEnd() { --savers; }

AtAbruptEnd::AtAbruptEnd(std::function<void()> what) {
  auto& [mutex, all, next] = endings();
  const std::lock_guard lock(mutex);
  number_ = next++;
  all.emplace(number_, std::move(what));
}

AtAbruptEnd::~AtAbruptEnd() {
  auto& [mutex, all, next] = endings();
  const std::lock_guard lock(mutex);
  all.erase(number_);
}

void end_abruptly(int exit_code) {
  auto& [mutex, all, next] = endings();
  const std::lock_guard lock(mutex);  // for ever: nobody begins a new file now
  for (const auto& [number, what] : all) what();
  ::_exit(exit_code);
}

void Grace::look() {
  if (savers == 0) {
    constexpr char kText[] = "stopped: in the middle of a long computation; no half-written file is left\n";
    [[maybe_unused]] const ssize_t wrote = ::write(STDERR_FILENO, kText, sizeof kText - 1);
    end_abruptly(kSignalBase + first_);
  }
  if (!std::exchange(has_told_, true))
    note("stopping: what is under way is finished first, then all is saved; a second signal ends the run at once");
  end_ = Clock::now() + kGrace;  // from when nobody saves any more
}

int Grace::next_signal(const sigset_t& set, siginfo_t& info) {
  for (;;) {
    int got = 0;
    if (first_ == 0) {
      got = ::sigwaitinfo(&set, &info);
      if (got > 0) first_ = got, end_ = Clock::now() + kGrace;
      return got;
    }
    const auto left = std::max<int64_t>(0, std::chrono::nanoseconds(end_ - Clock::now()).count());
    const timespec time{left / 1'000'000'000, left % 1'000'000'000};
    got = ::sigtimedwait(&set, &info, &time);
    if (got > 0 || errno != EAGAIN) return got;
    look();
  }
}

}  // namespace dcgan
