#include "nn/generator.hpp"

#include "core/error.hpp"

namespace dcgan {

GeneratorNetImpl::GeneratorNetImpl(const NetworkPlan& plan) : DescribedNetImpl(plan.generator_stages()), plan_(plan) {}

at::Tensor GeneratorNetImpl::forward(const at::Tensor& z, const at::Tensor& y) {
  if (y.defined() != (plan_.classes > 0))
    throw Error(plan_.classes > 0 ? "this generator needs a class for every image" : "this generator has no classes");
  const MapShape& in = description().inputs.front();
  const auto x = z.view({z.size(0), in.channels, in.height, in.width});
  return is_training() ? run({x}, y, 1) : run_layers(layers(), x, y);
}

}  // namespace dcgan
