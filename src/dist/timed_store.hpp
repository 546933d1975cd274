// A store of c10d whose calls end: its own wait for an answer for ever when the process that keeps the store stands
// still. For units of this room alone: it brings c10d.
#pragma once

#include <torch/csrc/distributed/c10d/Store.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <queue>
#include <stdexcept>
#include <string>
#include <thread>

namespace dcgan {

/// The store did not answer in time. It is not asked again.
class NoAnswer : public std::runtime_error {
 public:
  NoAnswer() : std::runtime_error("the ranks' store does not answer") {}
};

/// Any thread may call; calls are made one after another, on a thread of their own. Throws what the store throws, and
/// NoAnswer.
class TimedStore {
 public:
  using Store = c10::intrusive_ptr<c10d::Store>;
  TimedStore(Store store, std::chrono::milliseconds timeout);
  /// Where a call still waits for its answer its thread is left behind: it ends with the process.
  ~TimedStore();
  TimedStore(const TimedStore&) = delete;
  TimedStore& operator=(const TimedStore&) = delete;

  /// `work` may still be running when NoAnswer is thrown: it must hold on to all that it uses.
  void call(std::function<void(const Store&)> work);

  void set(const std::string& key, const std::string& value);
  /// "" for none, and for what was forged.
  std::string get(const std::string& key);
  int64_t add(const std::string& key, int64_t count);
  /// Sets it if it is not set; what is there then.
  std::string set_first(const std::string& key, const std::string& value);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
  std::chrono::milliseconds timeout_;
  std::thread thread_;
};

}  // namespace dcgan
