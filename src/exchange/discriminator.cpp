#include "exchange/discriminator.hpp"

#include "checkpoint/archive.hpp"
#include "core/error.hpp"
#include "nn/weights.hpp"

namespace dcgan {

DiscriminatorNet find_discriminator(const fs::path& model, const LoadedNetwork& generator, const std::string& at) {
  const fs::path checkpoint = checkpoint_of(model, at);
  const NamedTensors tensors = ArchiveReader(checkpoint).read_all("discriminator.");
  if (tensors.empty()) return DiscriminatorNet(nullptr);
  const std::string origin = "'" + shown(checkpoint) + "'";
  check_weights(generator.net->plan(), /*is_generator=*/false, numbers_in(tensors), origin);
  DiscriminatorNet net(generator.net->plan());
  load_into(tensors_of(*net, true), tensors, origin);
  to_channels_last(*net);
  net->eval();
  return net;
}

DiscriminatorNet load_discriminator(const fs::path& model, const LoadedNetwork& generator, const std::string& at) {
  DiscriminatorNet net = find_discriminator(model, generator, at);
  if (net.is_empty())
    throw UsageError("'" + shown(model) + "' holds no discriminator: it was imported without one",
                     "import it again with both networks: dcgan import netG.pth netD.pth --out FILE.ckpt");
  return net;
}

}  // namespace dcgan
