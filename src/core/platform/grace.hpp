// How a program ends that was asked to stop and does not come to look: in one call of a library that takes minutes, or
// beside so much other load that everything does. Most of what the program does holds nothing that must be saved, since
// a file is complete or absent; so after a short grace the thread that watches the signals ends it.
#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>

namespace dcgan {

/// While it lives that end does not come: whoever made this looks at stop_signal() and saves, however long that takes.
/// The user is told so.
class SavesBeforeEnd {
 public:
  SavesBeforeEnd();
  ~SavesBeforeEnd();
  SavesBeforeEnd(const SavesBeforeEnd&) = delete;
  SavesBeforeEnd& operator=(const SavesBeforeEnd&) = delete;
};

/// What must be done where the program ends abruptly, and no destructor runs: removing a temporary file, ending a
/// child. It runs on another thread, at any moment while this lives; it must be quick, and not throw.
class AtAbruptEnd {
 public:
  explicit AtAbruptEnd(std::function<void()> what);
  /// Where it is just being done: waits for the program's end.
  ~AtAbruptEnd();
  AtAbruptEnd(const AtAbruptEnd&) = delete;
  AtAbruptEnd& operator=(const AtAbruptEnd&) = delete;

 private:
  int64_t number_;
};

/// Does what was asked for of all AtAbruptEnd and ends the process with this code.
[[noreturn]] void end_abruptly(int exit_code);

/// Of the thread that watches the signals, from the first of them on.
class Grace {
 public:
  /// As sigwaitinfo. Does not return where the grace is over and nobody saves: ends the process as stopped by the first
  /// signal.
  int next_signal(const sigset_t& set, siginfo_t& info);

 private:
  using Clock = std::chrono::steady_clock;
  void look();
  int first_ = 0;
  bool has_told_ = false;
  Clock::time_point end_;
};

}  // namespace dcgan
