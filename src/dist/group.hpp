// The processes that train one model together, and what they tell one another, by PyTorch's own collectives (c10d: gloo
// between CPUs, NCCL between GPUs). One process alone is the case of size 1 and waits for nobody. No launcher and no
// transport of our own.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dist/launch.hpp"
#include "dist/options.hpp"

namespace dcgan {

/// How long a rank waits for others that show signs of life: for what they should be quick with, or for work that may
/// take its time, such as decoding pictures.
enum class Patience { kTimeout, kWhileAlive };

/// An exchange that has begun.
class Exchange {
 public:
  virtual ~Exchange() = default;
  /// Throws as Group's functions do. Of a GPU's tensors: its current stream waits, not the caller.
  virtual void wait() = 0;
};

/// All ranks call the same functions in the same order. Each throws Error naming the rank that has gone, or failed, or
/// has not come, within the timeout; nobody hangs. One thread.
class Group {
 public:
  virtual ~Group() = default;
  virtual int64_t rank() const = 0;
  virtual int64_t size() const = 0;
  /// Of the one that writes and speaks.
  bool is_first() const { return rank() == 0; }

  /// Begins to add `values` up over all ranks, in place; after wait() every rank holds the same bits. Contiguous,
  /// float32, float64 or int64; they must live until then.
  virtual std::unique_ptr<Exchange> begin_sum(const at::Tensor& values) = 0;
  void sum(const at::Tensor& values) { begin_sum(values)->wait(); }
  /// The first rank's values for all, in place.
  virtual void share(const at::Tensor& values) = 0;
  /// Every rank's text, by rank. `what` it is for: for errors.
  virtual std::vector<std::string> gather(const std::string& text, const std::string& what,
                                          Patience patience = Patience::kTimeout) = 0;
  /// The first rank's text, for all.
  virtual std::string share(const std::string& text, const std::string& what,
                            Patience patience = Patience::kTimeout) = 0;
  /// Throws when another rank is known to have gone. After waiting for a GPU: an exchange that was broken off there
  /// leaves numbers that mean nothing.
  virtual void check() const = 0;
  /// Tells the others that this process ends with an error, so that they can say so.
  virtual void give_up(const std::string& why) = 0;
};

/// Size 1.
std::unique_ptr<Group> alone();

/// Of a text: another text, always of one length, that only who knows the ranks' secret can make.
using Seal = std::function<std::string(std::string_view text)>;

/// Meets the other processes of `launch`, on this device. With a seal, which all must have, what strangers put into the
/// ranks' store is passed over. Throws Error naming the ranks that have not come.
std::unique_ptr<Group> join(const Launch& launch, const at::Device& device, const GroupOptions& options,
                            const Seal& seal = {});

}  // namespace dcgan
