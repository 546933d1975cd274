// Signs of life: gloo does not say which of its peers has gone. For units of this room alone: it brings c10d.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "dist/timed_store.hpp"

namespace dcgan {

/// Counts up in the store while it lives, on a thread and a connection of its own, and watches the rank after its own.
class Heartbeat {
 public:
  /// `keeps_store`: the store ends with this process. `on_trouble` is called once, when trouble() is there, by
  /// whichever thread learns of it.
  Heartbeat(TimedStore::Store store, int rank, int size, double timeout, bool keeps_store,
            std::function<void()> on_trouble);
  /// Where it keeps the store the others may finish first: they would blame this rank, whatever happened.
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
  /// Returns when no rank that lives needs the store any more, or after the timeout.
  void wait_for_others();
  /// Notes what a rank has said of its end, and says in the store that this one knows.
  void read_the_end();
  std::map<int, int64_t> beats();

  TimedStore store_;
  const int rank_, size_;
  const double timeout_;
  const bool keeps_store_;
  const std::function<void()> on_trouble_;
  mutable std::mutex mutex_;      // of what follows
  std::condition_variable wake_;  // at the end
  std::string trouble_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace dcgan
