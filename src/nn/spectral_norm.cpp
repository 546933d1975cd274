#include "nn/spectral_norm.hpp"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

namespace dcgan {
namespace {

/// [outputs, all else]: a view of a channels-last weight.
at::Tensor as_matrix(const at::Tensor& weight) {
  return (weight.dim() == 4 ? weight.permute({0, 2, 3, 1}) : weight).reshape({weight.size(0), -1});
}

at::Tensor unit(const at::Tensor& vector) {
  constexpr double kLeast = 1e-12;
  return vector / vector.norm().clamp_min(kLeast);
}

}  // namespace

void add_spectral_norm(torch::nn::Module& module) {
  const auto weight = module.named_parameters(false)["weight"];
  module.register_buffer("u", unit(at::ones({weight.size(0)}, weight.options().requires_grad(false))));
}

at::Tensor spectrally_normalised(torch::nn::Module& module) {
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  const auto weight = module.named_parameters(false)["weight"];
  const auto kept = module.named_buffers(false)["u"];
  const auto matrix = as_matrix(weight);
  at::Tensor u, v;
  {
    const at::NoGradGuard no_grad;
    v = unit(at::mv(matrix.t(), kept));
    u = module.is_training() ? unit(at::mv(matrix, v)) : kept;
    if (module.is_training()) at::Tensor(kept).copy_(u);  // u itself is a new tensor: an earlier pass keeps its own
  }
  return weight / at::dot(u, at::mv(matrix, v));
}

}  // namespace dcgan
