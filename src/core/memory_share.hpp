// How much memory threads may take at once for things whose size a file decides. Not for what the program sizes itself.
#pragma once

#include <cstdint>

namespace dcgan {

/// A part of what all threads of the process may take together for large pieces. Taking waits until the others leave
/// enough; who asks for more than there is at all gets it alone. One at a time in a thread: who holds one and waits for
/// another may wait for himself.
class MemoryShare {
 public:
  static constexpr int64_t kAll = 640'000'000;  // bytes

  MemoryShare() = default;
  ~MemoryShare() { give_back(); }
  MemoryShare(const MemoryShare&) = delete;
  MemoryShare& operator=(const MemoryShare&) = delete;

  /// Gives back what it holds first.
  void take(int64_t bytes);
  void give_back();

 private:
  int64_t held_ = 0;
};

}  // namespace dcgan
