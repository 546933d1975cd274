// Batches ahead of training, on threads of its own, never more than `ahead` in memory. Errors of those
// threads arrive in the caller of next().
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "dataset/order.hpp"
#include "dataset/pixels.hpp"

namespace dcgan {

/// `count` pictures, N x H x W x C bytes; picture i is number first_image + i of the run.
struct Batch {
  int64_t first_image = 0;
  std::vector<uint8_t> pixels;
  std::vector<int32_t> labels;
};

struct LoaderOptions {
  int64_t batch = 64;
  int64_t first_image = 0;  // of the first batch
  int64_t stride = 0;       // from the first image of a batch to that of the next; 0: `batch`
  uint64_t seed = 0;
  bool flip = false;
  bool class_balanced = false;
  int64_t threads = 1;
  int64_t ahead = 4;  // batches
};

/// The pictures of a run in order: image k of the run is picture permutation(epoch k / N)(k mod N) of the set, so
/// batches cross epochs and a set smaller than a batch works. With `class_balanced` it is BalancedOrder's, and at least
/// one picture has a class. One consumer.
class Loader {
 public:
  Loader(const Pixels& pixels, const LoaderOptions& options);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// The next batch, valid until the call after. Rethrows what a thread threw for it.
  const Batch& next();
  /// What the next call of next() is going to throw; null when its batch comes. Waits for that batch: so a caller knows
  /// that a step is the last one while others may still be told. Not with `ahead` 1.
  std::exception_ptr trouble_ahead();

 private:
  struct Slot {
    Batch batch;
    bool ready = false;
  };
  void work();
  /// Waits until it is filled, or cannot be; the lock holds `mutex_`.
  bool wait_for(std::unique_lock<std::mutex>& lock, int64_t ticket);
  void fill(Batch& batch, int64_t ticket) const;
  int64_t picture_of(int64_t image) const;

  const Pixels& pixels_;
  const LoaderOptions options_;
  const std::optional<BalancedOrder> balanced_;
  std::vector<Slot> slots_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t next_ticket_ = 0;  // the next batch that a thread will fill
  int64_t consumed_ = 0;     // batches handed over and given back
  bool holding_ = false;     // the caller still reads batch `consumed_`
  bool closing_ = false;
  std::exception_ptr problem_;      // of the first batch that cannot be filled
  int64_t problem_ticket_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace dcgan
