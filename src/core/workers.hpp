// Threads for work that comes bit by bit, such as the requests of a server.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace dcgan {

/// Any thread may call.
class Workers {
 public:
  /// At most so many threads, of which the others than the first are started when there is work for them. Throws Error
  /// where the system gives none.
  explicit Workers(size_t most);
  /// Waits for all work.
  ~Workers() { finish(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  /// Done by one of the threads, soon. `task` must throw nothing. Where the system gives no more threads, those that
  /// there are do it.
  void add(std::function<void()> task);
  /// Waits for all work; from then on nothing is added.
  void finish();

 private:
  void work();

  const size_t most_;
  std::mutex mutex_;  // of what follows
  std::condition_variable has_changed_;
  std::deque<std::function<void()>> tasks_;
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  bool is_over_ = false;
};

}  // namespace dcgan
