#include "core/platform/signals.hpp"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <string>
#include <thread>

#include "core/error.hpp"

namespace dcgan {
namespace {
std::atomic<int> arrived{0}, held{0};
}

void watch_signals() {
  static const bool started = [] {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a failed write, not a death
    std::thread([set] {
      for (;;) {
        int signal = 0;
        if (sigwait(&set, &signal) != 0) continue;
        if (arrived.exchange(signal) != 0) ::_exit(kSignalBase + signal);
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
