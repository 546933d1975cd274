#include "dist/gradient_mean.hpp"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <utility>

namespace dcgan {
namespace {

constexpr int64_t kBucketBytes = 1 << 20;

/// A view of `flat` from `offset` on, with the shape and the layout of a parameter.
at::Tensor view_like(const at::Tensor& flat, int64_t offset, const at::Tensor& parameter) {
  return flat.as_strided(parameter.sizes(), parameter.strides(), offset);
}

}  // namespace

GradientMean::GradientMean(Group& group, std::vector<at::Tensor> parameters, int64_t beside)
    : group_(group), parameters_(std::move(parameters)), sums_(parameters_.size()), bucket_of_(parameters_.size()) {
  if (group_.size() == 1) return;
  // Backward comes to the last layers first.
  const int64_t element = parameters_.front().element_size();
  std::vector<std::vector<size_t>> members;
  std::vector<int64_t> lengths;
  for (size_t i = parameters_.size(); i-- > 0;) {
    if (lengths.empty() || lengths.back() * element >= kBucketBytes)
      members.emplace_back(), lengths.push_back(members.size() == 1 ? beside : 0);
    members.back().push_back(i);
    lengths.back() += parameters_[i].numel();
  }
  for (size_t b = 0; b < members.size(); ++b) {
    Bucket bucket;
    bucket.flat = at::zeros({lengths[b]}, parameters_.front().options().requires_grad(false));
    bucket.gradients = static_cast<int64_t>(members[b].size());
    int64_t offset = b == 0 ? beside : 0;
    for (const size_t i : members[b]) {
      sums_[i] = view_like(bucket.flat, offset, parameters_[i]);
      offset += parameters_[i].numel();
      bucket_of_[i] = b;
    }
    buckets_.push_back(std::move(bucket));
  }
  beside_ = buckets_.front().flat.narrow(0, 0, beside);
  for (size_t i = 0; i < parameters_.size(); ++i)
    hooks_.push_back(parameters_[i].register_hook([this, i](const at::Tensor& gradient) { arrive(i, gradient); }));
}

GradientMean::~GradientMean() {
  for (size_t i = 0; i < hooks_.size(); ++i) parameters_[i].remove_hook(hooks_[i]);
}

void GradientMean::add(const at::Tensor& total, bool is_last, const at::Tensor& beside) {
  const bool is_first = std::exchange(is_first_part_, false);
  if (group_.size() == 1) {
    auto gradients = torch::autograd::grad({total}, parameters_);
    if (is_first)
      sums_ = std::move(gradients);
    else
      at::_foreach_add_(sums_, gradients);
    if (is_last) beside_ = beside;
    return;
  }
  if (is_first)
    for (auto& bucket : buckets_) bucket.flat.zero_();
  for (auto& bucket : buckets_) bucket.missing = bucket.gradients;
  is_last_part_ = is_last;
  if (is_last) beside_.copy_(beside);
  torch::autograd::grad({total}, parameters_);  // arrive() takes them
}

void GradientMean::arrive(size_t parameter, const at::Tensor& gradient) {
  const at::NoGradGuard no_grad;
  sums_[parameter].add_(gradient);
  --buckets_[bucket_of_[parameter]].missing;
  if (is_last_part_) begin_full_ones();
}

void GradientMean::begin_full_ones() {
  for (; begun_ < buckets_.size() && buckets_[begun_].missing == 0; ++begun_)
    buckets_[begun_].exchange = group_.begin_sum(buckets_[begun_].flat);
}

std::vector<at::Tensor> GradientMean::take(int64_t parts) {
  const at::NoGradGuard no_grad;
  is_first_part_ = true, is_last_part_ = false;
  if (group_.size() == 1) {
    if (parts > 1) at::_foreach_mul_(sums_, 1.0 / static_cast<double>(parts));
    return sums_;
  }
  begun_ = 0;
  const auto ranks = static_cast<double>(group_.size());
  for (auto& bucket : buckets_) bucket.exchange->wait();
  for (size_t b = 0; b < buckets_.size(); ++b) {
    auto flat = buckets_[b].flat;
    if (b == 0) beside_.div_(ranks), flat = flat.narrow(0, beside_.numel(), flat.numel() - beside_.numel());
    flat.mul_(1.0 / (ranks * static_cast<double>(parts)));
    buckets_[b].exchange.reset();
  }
  return sums_;
}

}  // namespace dcgan
