#include "core/workers.hpp"

#include <utility>

#include "core/error.hpp"
#include "core/platform/thread.hpp"

namespace dcgan {

Workers::Workers(size_t most) : most_(most) {
  threads_.push_back(start_thread([this] { work(); }));
}

void Workers::add(std::function<void()> task) {
  std::unique_lock lock(mutex_);
  if (idle_ <= tasks_.size() && threads_.size() < most_ && !is_over_) {
    try {
      threads_.push_back(start_thread([this] { work(); }));
    } catch (const Error&) {
      // fewer will do
    }
  }
  tasks_.push_back(std::move(task));
  lock.unlock();
  has_changed_.notify_one();
}

void Workers::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    has_changed_.wait(lock, [this] { return is_over_ || !tasks_.empty(); });
    --idle_;
    if (tasks_.empty()) return;
    const std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    lock.lock();
  }
}

void Workers::finish() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    std::swap(threads, threads_);
  }
  has_changed_.notify_all();
  for (auto& thread : threads) thread.join();
}

}  // namespace dcgan
