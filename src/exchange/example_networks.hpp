// The networks of PyTorch's DCGAN example (pytorch/examples, dcgan/main.py) by the names that its files give their
// tensors: one Sequential `main`, whose numbers count ReLUs too. netG: main.0.weight, main.1.{weight, bias,
// running_mean, running_var, num_batches_tracked}, main.3.weight...; netD: main.0.weight, main.2.weight, main.3....
// Any size, latent length and number of channels or levels that fit the pattern.
#pragma once

#include "nn/discriminator.hpp"
#include "nn/generator.hpp"
#include "nn/named_tensors.hpp"

namespace dcgan {

/// Networks with weights, in fp32, and what they are.
struct ForeignNetworks {
  NetworkPlan plan;
  NamedTensors generator;
  NamedTensors discriminator;  // empty where there was none
};

/// True if these are such a generator's tensors (1), such a discriminator's (2), or neither (0). What stands before
/// "main." in all names is not looked at ("module.", "netG.").
int example_network(const NamedTensors& tensors);

/// From a generator's tensors and, unless empty, a discriminator's, under our names. Throws Error naming `origin` and
/// the tensor when one is missing, left over, not finite or of a shape that does not fit the others.
ForeignNetworks from_example(const NamedTensors& generator, const NamedTensors& discriminator,
                             const std::string& origin);

/// Under the example's names, in its order. A generator of any plan whose layers are those of the example's netG:
/// dcgan, and upsample, whose kernels are widened, without classes. Throws UsageError where there is no such network.
NamedTensors to_example(const GeneratorNetImpl& generator);
NamedTensors to_example(const DiscriminatorNetImpl& discriminator);

}  // namespace dcgan
