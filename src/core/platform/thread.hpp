// Threads are started here and nowhere else: a system that gives none (ulimit -u, pids.max of a control group) is an
// error that a user can act on, and not the end of the process.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

namespace dcgan {

/// Throws Error where the system gives no thread. `body` may throw nothing.
std::thread start_thread(std::function<void()> body);

/// Throws Error unless `count` threads can be started beside one another at this moment; they end at once. For libraries
/// that end the process, or stand still, when they get none. `whose` says what wants them: "the ranks' exchange".
void check_threads(int64_t count, const std::string& whose);

/// For tests: the next `count` threads are started, and then no more. -1: as many as the system gives.
void allow_threads(int64_t count);

}  // namespace dcgan
