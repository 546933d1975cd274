#include "core/platform/thread.hpp"

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace dcgan {
namespace {

std::atomic<int64_t> allowed{-1};

bool is_allowed() {
  int64_t left = allowed;
  while (left > 0 && !allowed.compare_exchange_weak(left, left - 1)) {
  }
  return left != 0;
}

constexpr char kHint[] =
    "raise the limit on processes and threads (ulimit -u, pids.max of the control group), close other programs, or "
    "take fewer --threads";

}  // namespace

std::thread start_thread(std::function<void()> body) {
  try {
    if (!is_allowed()) throw std::system_error(EAGAIN, std::generic_category());
    return std::thread(std::move(body));
  } catch (const std::system_error& error) {
    throw Error("cannot start a thread: " + error.code().message(), kHint);
  }
}

void check_threads(int64_t count, const std::string& whose) {
  std::mutex mutex;
  std::condition_variable end;
  bool is_over = false;
  std::vector<std::thread> threads;
  const auto join_all = [&] {
    {
      const std::lock_guard lock(mutex);
      is_over = true;
    }
    end.notify_all();
    for (auto& thread : threads) thread.join();
  };
  try {
    while (static_cast<int64_t>(threads.size()) < count)
      threads.push_back(start_thread([&] {
        std::unique_lock lock(mutex);
        end.wait(lock, [&] { return is_over; });
      }));
  } catch (const Error&) {
    const size_t there = threads.size();
    join_all();
    throw Error("cannot start " + std::to_string(count) + " threads for " + whose + ": the system gives " +
                    std::to_string(there),
                kHint);
  }
  join_all();
}

void allow_threads(int64_t count) { allowed = count; }

}  // namespace dcgan
