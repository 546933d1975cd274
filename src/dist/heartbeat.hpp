// Signs of life: gloo does not say which of its peers has gone. For units of this room alone: it brings c10d.
#pragma once

#include <torch/csrc/distributed/c10d/Store.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace dcgan {

/// Counts up in the store while it lives, on a thread and a connection of its own, and watches the rank after its own.
class Heartbeat {
 public:
  Heartbeat(c10::intrusive_ptr<c10d::Store> store, int rank, int size, double timeout);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  /// What is known to be wrong with another rank: empty while nothing is. Any thread.
  std::string trouble() const;
  /// The same after something has failed: looks for a few seconds for the rank that is to blame.
  std::string blame();
  /// Says in the store why this rank ends.
  void give_up(const std::string& why);

 private:
  void live();
  void note(const std::string& trouble);
  /// What a rank has said of its end, or "".
  std::string said_at_the_end();

  const c10::intrusive_ptr<c10d::Store> store_;
  const int rank_, size_;
  const double timeout_;
  mutable std::mutex mutex_;      // of what follows
  std::condition_variable wake_;  // at the end
  std::string trouble_;
  bool ends_ = false;
  std::mutex store_mutex_;  // a store serves one call at a time
  std::thread thread_;
};

}  // namespace dcgan
