#include "core/platform/signals.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <string>

#include "core/error.hpp"
#include "core/platform/grace.hpp"
#include "core/platform/thread.hpp"

namespace dcgan {
namespace {

using Clock = std::chrono::steady_clock;

std::atomic<int> arrived{0}, held{0};

bool is_ended_by(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && !(action.sa_flags & SA_SIGINFO) && action.sa_handler == SIG_DFL;
}

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  for (const int signal : {SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU, SIGPWR})
    if (is_ended_by(signal)) sigaddset(&set, signal);
  return set;
}

/// `ulimit -t` sets both limits on processor time to one number, and at the upper one comes SIGKILL: without the lower
/// one before it there would be no time to save.
void leave_time_to_save() {
  constexpr rlim_t kMargin = 30;  // seconds
  rlimit limit{};
  if (::getrlimit(RLIMIT_CPU, &limit) != 0 || limit.rlim_max == RLIM_INFINITY || limit.rlim_cur < limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max - std::min(kMargin, limit.rlim_max / 4);
  ::setrlimit(RLIMIT_CPU, &limit);
}

/// Which signals ask for the end at once. One a process; used by one thread.
class Impatience {
 public:
  /// True for the second time that somebody asks. A signal that a system sends of itself asks for nothing: of a dropped
  /// connection SIGHUP comes from the terminal and from the shell, systemd sends it behind SIGTERM, and SIGXCPU comes
  /// every second. And `timeout` sends its signal twice in a breath, to its child and to the child's group.
  bool is_meant_by(const siginfo_t& signal) {
    if (signal.si_signo != SIGINT && signal.si_signo != SIGTERM) return false;
    constexpr auto kBreath = std::chrono::milliseconds(500);
    const auto now = Clock::now();
    const bool is_echo = signal.si_code == SI_USER && signal.si_pid != ::getpid() && last_.si_signo == signal.si_signo &&
                         last_.si_code == SI_USER && last_.si_pid == signal.si_pid && now - at_ < kBreath;
    const bool is_second = last_.si_signo != 0 && !is_echo;
    last_ = signal, at_ = now;
    return is_second;
  }

 private:
  siginfo_t last_{};
  Clock::time_point at_{};
};

}  // namespace

void watch_signals() {
  static const bool started = [] {
    const sigset_t set = watched_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a failed write, not a death
    std::signal(SIGXFSZ, SIG_IGN);  // so is a file that may grow no more
    leave_time_to_save();
    start_thread([set] {
      Grace grace;
      for (Impatience impatience;;) {
        siginfo_t signal{};
        if (grace.next_signal(set, signal) <= 0) continue;
        int none = 0;
        arrived.compare_exchange_strong(none, signal.si_signo);
        if (impatience.is_meant_by(signal)) end_abruptly(kSignalBase + signal.si_signo);
      }
    }).detach();
    return true;
  }();
  (void)started;
}

int stop_signal() { return arrived.load(std::memory_order_relaxed); }

void throw_if_stopped(const char* what_stops) {
  if (const int signal = stop_signal(); signal && held == 0)
    throw Stopped(signal, std::string("stopped: ") + what_stops);
}

StopHeld::StopHeld() { ++held; }
StopHeld::~StopHeld() { --held; }

}  // namespace dcgan
