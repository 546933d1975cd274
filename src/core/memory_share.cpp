#include "core/memory_share.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace dcgan {
namespace {

struct Shared {
  std::mutex mutex;
  std::condition_variable changed;
  int64_t taken = 0;
};
Shared& shared() {
  static auto* const one = new Shared;  // threads may outlive main
  return *one;
}

}  // namespace

void MemoryShare::take(int64_t bytes) {
  give_back();
  const int64_t wanted = std::clamp<int64_t>(bytes, 0, kAll);
  Shared& all = shared();
  std::unique_lock lock(all.mutex);
  all.changed.wait(lock, [&] { return all.taken <= kAll - wanted; });
  all.taken += held_ = wanted;
}

void MemoryShare::give_back() {
  if (held_ == 0) return;
  Shared& all = shared();
  {
    const std::lock_guard lock(all.mutex);
    all.taken -= held_;
  }
  held_ = 0;
  all.changed.notify_all();
}

}  // namespace dcgan
