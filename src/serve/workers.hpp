// What answers requests, some at a time. httplib's own pool ends the process where the system gives it no thread.
#pragma once

#include <httplib.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/platform/thread.hpp"

namespace dcgan {

class Workers : public httplib::TaskQueue {
 public:
  /// On `count` threads, or on fewer where the system gives no more. Throws Error where it gives none.
  explicit Workers(size_t count) {
    try {
      while (threads_.size() < count) threads_.push_back(start_thread([this] { work(); }));
    } catch (const Error&) {
      if (threads_.empty()) throw;
    }
  }

  void enqueue(std::function<void()> job) override {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(std::move(job));
    }
    changed_.notify_one();
  }

  /// Of httplib: before the end, once. What is begun or waits is done first.
  void shutdown() override {
    {
      const std::lock_guard lock(mutex_);
      ends_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

 private:
  void work() {
    for (std::unique_lock lock(mutex_);;) {
      changed_.wait(lock, [this] { return ends_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      const auto job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      lock.lock();
    }
  }

  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool ends_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace dcgan
