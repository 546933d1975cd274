#include "exchange/discriminator.hpp"

#include "exchange/model_file.hpp"
#include "nn/weights.hpp"

namespace dcgan {

namespace {

/// Empty where there is none.
DiscriminatorNet discriminator_of(const ModelFile& file, const NetworkPlan& plan) {
  const NamedTensors tensors = file.read(kDiscriminatorPart);
  if (tensors.empty()) return DiscriminatorNet(nullptr);
  check_weights(plan, /*is_generator=*/false, numbers_in(tensors), file.origin());
  DiscriminatorNet net(plan);
  load_into(tensors_of(*net, true), tensors, file.origin());
  to_channels_last(*net);
  net->eval();
  return net;
}

}  // namespace

DiscriminatorNet find_discriminator(const fs::path& model, const LoadedNetwork& generator, const std::string& at) {
  return discriminator_of(ModelFile(checkpoint_of(model, at)), generator.net->plan());
}

DiscriminatorNet load_discriminator(const fs::path& model, const LoadedNetwork& generator, const std::string& at) {
  const ModelFile file(checkpoint_of(model, at));
  DiscriminatorNet net = discriminator_of(file, generator.net->plan());
  if (net.is_empty()) refuse_without_discriminator(file, "'" + shown(model) + "'");
  return net;
}

}  // namespace dcgan
