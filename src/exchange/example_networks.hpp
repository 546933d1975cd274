// The networks of PyTorch's DCGAN example (pytorch/examples, dcgan/main.py) by the names that its files give their
// tensors: one Sequential `main`, whose numbers count ReLUs too. netG: main.0.weight, main.1.{weight, bias,
// running_mean, running_var, num_batches_tracked}, main.3.weight...; netD: main.0.weight, main.2.weight, main.3....
// Any size, latent length and number of channels or levels that fit the pattern.
#pragma once

#include "exchange/network_search.hpp"
#include "nn/discriminator.hpp"
#include "nn/generator.hpp"
#include "nn/named_tensors.hpp"

namespace dcgan {

/// Networks with weights, in fp32, and what they are.
struct ForeignNetworks {
  NetworkPlan plan;
  NamedTensors generator;
  NamedTensors discriminator;        // empty where there was none
  std::vector<std::string> notes;    // what was done to their numbers: "... converted from float16 to float32"
};

/// From a generator's tensors and a discriminator's, or nullptr, under our names. Throws Error naming the file, the
/// dict and the tensor by its own name when one is missing, left over, not usable, not finite or of a shape that does
/// not fit the others.
ForeignNetworks from_example(const ExampleNetwork& generator, const ExampleNetwork* discriminator);

/// Under the example's names, in its order. A generator of any plan whose layers are those of the example's netG:
/// dcgan, and upsample, whose kernels are widened, without classes. Throws UsageError where there is no such network.
NamedTensors to_example(const GeneratorNetImpl& generator);
/// The same of its operations, which hold no counters of batches: those of its BatchNorms, in order, are given, else 0.
NamedTensors to_example(const Layers& generator, const std::vector<at::Tensor>& counters = {});
NamedTensors to_example(const DiscriminatorNetImpl& discriminator);

}  // namespace dcgan
