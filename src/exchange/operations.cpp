#include "exchange/operations.hpp"

#include <ATen/core/grad_mode.h>

#include "core/error.hpp"
#include "exchange/torchscript.hpp"

namespace dcgan {

at::Tensor GeneratorOperations::images(const at::Tensor& z, const at::Tensor& y) const {
  at::Device device(at::kCPU);
  for (const Layer& layer : layers)
    if (!layer.tensors.empty()) device = layer.tensors.front().second.device();
  const MapShape& in = info.input;
  return run_layers(layers, z.to(device).view({z.size(0), in.channels, in.height, in.width}),
                    y.defined() ? y.to(device) : y);
}

GeneratorOperations operations_of(GeneratorNet net, const GeneratorInfo& info) {
  const at::NoGradGuard no_grad;
  net->eval();
  GeneratorOperations out{net->layers(), info, net->plan().options.arch};
  for (const auto& norm : net->norms()) out.counters.push_back(norm->num_batches_tracked);
  out.network = plan_to_json(net->plan());
  return out;
}

GeneratorOperations load_operations(const fs::path& model, const ModelChoice& choice) {
  if (!looks_like_torchscript(model)) {
    const auto loaded = load_network(model, choice);
    return operations_of(loaded.net, loaded.info);
  }
  checkpoint_of(model, choice.at);  // refuses a choice, and weights alone
  auto generator = read_torchscript(model);
  if (generator.info.ema) check_average_is_wanted(choice, model);
  return generator;
}

}  // namespace dcgan
