// Signals that ask the program to save and stop: SIGINT, SIGTERM, and those by which a dropped connection (SIGHUP), a
// batch system (SIGUSR1, SIGUSR2, SIGXCPU) or a failing power supply (SIGPWR) tells it of its end. The first one asks,
// and ends the program after a short grace where nothing is to be saved (grace.hpp); a second SIGINT or SIGTERM ends it
// at once. Make the watch before any other thread exists (so before the first LibTorch call): every thread inherits the
// blocked mask, and one thread reads the signals.
#pragma once

namespace dcgan {

/// Starts watching; one a process, for the life of the process. What was ignored when the process began stays ignored
/// (nohup ignores SIGHUP), but for SIGINT and SIGTERM. A write to a closed pipe, or beyond the limit on the size of a
/// file, fails from now on and ends nobody. Throws Error where no thread can be started.
void watch_signals();
/// The signal that arrived first, or 0. Cheap; from any thread.
int stop_signal();
/// Throws Stopped when a signal has arrived, unless a StopHeld lives.
void throw_if_stopped(const char* what_stops);

/// While it lives a signal does not break off what is being done: for work of some seconds after which whoever made
/// this looks at stop_signal() and saves. A second signal ends the program all the same.
class StopHeld {
 public:
  StopHeld();
  ~StopHeld();
  StopHeld(const StopHeld&) = delete;
  StopHeld& operator=(const StopHeld&) = delete;
};

}  // namespace dcgan
