#include "nn/sync_norm.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <utility>

namespace dcgan {
namespace {

thread_local Group* norm_group = nullptr;

class SumOver : public torch::autograd::Function<SumOver> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& values, Group* group) {
    context->saved_data["group"] = reinterpret_cast<int64_t>(group);
    const auto out = values.detach().clone(at::MemoryFormat::Contiguous);
    group->sum(out);
    return out;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    auto* group = reinterpret_cast<Group*>(context->saved_data["group"].toInt());
    return {sum_over(*group, gradients[0]), at::Tensor()};
  }
};

}  // namespace

NormScope::NormScope(Group* group) : before_(std::exchange(norm_group, group && group->size() > 1 ? group : nullptr)) {}
NormScope::~NormScope() { norm_group = before_; }
Group* NormScope::current() { return norm_group; }

at::Tensor sum_over(Group& group, const at::Tensor& values) { return SumOver::apply(values, &group); }

at::Tensor normalised_over(Group& group, torch::nn::BatchNorm2dImpl& norm, const at::Tensor& x) {
  const std::vector<int64_t> all = {0, 2, 3};
  const auto count = static_cast<double>(group.size() * x.numel() / x.size(1));
  // Summed in float64: the difference of two sums follows.
  const auto sums = sum_over(group, at::cat({x.sum(all, false, at::kDouble), x.square().sum(all, false, at::kDouble)}));
  const auto halves = sums.div(count).chunk(2);
  const auto mean = halves[0], variance = (halves[1] - mean.square()).clamp_min(0);
  {
    const at::NoGradGuard no_grad;
    norm.num_batches_tracked.add_(1);
    const double momentum = *norm.options.momentum();
    norm.running_mean.mul_(1 - momentum).add_(mean, momentum);
    norm.running_var.mul_(1 - momentum).add_(variance * (count / (count - 1)), momentum);
  }
  const auto wide = [&](const at::Tensor& t) {
    return t.to(x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat).view({1, -1, 1, 1});
  };
  return (x - wide(mean)) * wide(at::rsqrt(variance + norm.options.eps()));
}

}  // namespace dcgan
