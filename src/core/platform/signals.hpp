// SIGINT and SIGTERM: the first asks the program to save and stop, the second ends it at once. Make the
// watch before any other thread exists (so before the first LibTorch call): every thread inherits the
// blocked mask, and one thread reads the signals.
#pragma once

namespace dcgan {

/// Starts watching; one a process, for the life of the process.
void watch_signals();
/// The signal that arrived, or 0. Cheap; from any thread.
int stop_signal();
/// Throws Stopped when a signal has arrived.
void throw_if_stopped(const char* what_stops);

}  // namespace dcgan
