// Gradients of one network, averaged over the parts of a batch and over all ranks: in flat buckets, exchanged while the
// backward pass still computes. Li et al. 2020, "PyTorch Distributed: Experiences on Accelerating Data Parallel
// Training", section 3.2. Unlike its reducer this one asks for gradients by name, so that penalties on gradients go
// beside it.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "dist/group.hpp"

namespace dcgan {

class GradientMean {
 public:
  /// Of leaves that take gradients, all of one type; `beside` further numbers are averaged over the ranks with them.
  /// The group outlives this.
  GradientMean(Group& group, std::vector<at::Tensor> parameters, int64_t beside);
  ~GradientMean();
  GradientMean(const GradientMean&) = delete;
  GradientMean& operator=(const GradientMean&) = delete;

  /// Adds d total / d parameters: of one part of the batch. With the last part the numbers beside, [beside] in the
  /// parameters' type, are handed over, and the exchange begins as soon as a bucket is full.
  void add(const at::Tensor& total, bool is_last, const at::Tensor& beside);
  /// After the last part: the means of `parts` parts of one size over all ranks, in the parameters' order; the same
  /// bits on every rank. Views that the next add() writes into. Waits for the others.
  std::vector<at::Tensor> take(int64_t parts);
  /// What the last take() gave; undefined tensors before the first.
  const std::vector<at::Tensor>& last() const { return sums_; }
  /// After take(): the means of the numbers beside.
  const at::Tensor& beside() const { return beside_; }

 private:
  struct Bucket {
    at::Tensor flat;
    int64_t missing = 0, gradients = 0;
    std::unique_ptr<Exchange> exchange;
  };
  void arrive(size_t parameter, const at::Tensor& gradient);
  void begin_full_ones();

  Group& group_;
  const std::vector<at::Tensor> parameters_;
  std::vector<at::Tensor> sums_;   // alone: as backward gave them; several: views of the buckets
  std::vector<size_t> bucket_of_;  // of each parameter
  std::vector<Bucket> buckets_;    // in the order in which backward fills them
  std::vector<unsigned> hooks_;    // of the parameters
  at::Tensor beside_;              // alone: as handed over; several: a view of the first bucket
  size_t begun_ = 0;               // buckets whose exchange has begun: in one order on all ranks
  bool is_first_part_ = true, is_last_part_ = false;
};

}  // namespace dcgan
