#include "core/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/error.hpp"
#include "core/platform/thread.hpp"

namespace dcgan {

void parallel_for(int64_t count, int64_t threads, const std::function<void(int64_t)>& body) {
  std::atomic<int64_t> next{0};
  std::mutex mutex;
  std::exception_ptr problem;
  int64_t problem_index = count;
  const auto work = [&] {
    for (int64_t i; (i = next.fetch_add(1)) < count;) {
      try {
        body(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (i < problem_index) problem = std::current_exception(), problem_index = i;
        next = count;
      }
    }
  };
  std::vector<std::thread> helpers;
  try {
    for (int64_t t = 1; t < std::min(threads, count); ++t) helpers.push_back(start_thread(work));
  } catch (const Error&) {  // those that are there do as well
  }
  work();
  for (auto& helper : helpers) helper.join();
  if (problem) std::rethrow_exception(problem);
}

}  // namespace dcgan
