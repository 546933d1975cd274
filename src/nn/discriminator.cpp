#include "nn/discriminator.hpp"

#include "core/error.hpp"

namespace dcgan {

DiscriminatorNetImpl::DiscriminatorNetImpl(const NetworkPlan& plan)
    : DescribedNetImpl(plan.discriminator_stages()), plan_(plan) {}

std::vector<at::Tensor> DiscriminatorNetImpl::feature_maps(const at::Tensor& images) {
  const auto& maps = description().maps;
  return run_layers(layers(static_cast<size_t>(maps.back())), images, {}, maps);
}

at::Tensor DiscriminatorNetImpl::forward(const at::Tensor& images, int64_t batches, const at::Tensor& y) {
  if (y.defined() != (plan_.classes > 0))
    throw Error(plan_.classes > 0 ? "this discriminator needs a class for every image"
                                  : "this discriminator has no classes");
  return run({images}, y, batches).flatten();
}

}  // namespace dcgan
