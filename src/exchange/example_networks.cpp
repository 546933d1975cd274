#include "exchange/example_networks.hpp"

#include <ATen/Functions.h>

#include <algorithm>
#include <map>
#include <set>

#include "checkpoint/archive.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "exchange/generator.hpp"

namespace dcgan {
namespace {

constexpr const char* kCounter = "num_batches_tracked";

std::string network_name(bool is_generator) { return is_generator ? "generator" : "discriminator"; }

/// The tensors of a whole network by our names: "main.3.weight" as "conv1.weight", "main.4.bias" as "norm1.bias".
/// Counters of batches, which PyTorch before 0.4.1 did not keep, may be missing.
using ByOurName = std::map<std::string, const ExampleTensor*>;

ByOurName complete(const ExampleNetwork& net) {
  const int64_t convolutions = net.convolutions();
  ByOurName found;
  const auto want = [&](const std::string& ours, int64_t number, const std::string& part) {
    const auto one = std::find_if(net.tensors.begin(), net.tensors.end(),
                                  [&](const auto& t) { return t.number == number && t.part == part; });
    if (one != net.tensors.end())
      found[ours] = &*one;
    else if (part != kCounter)
      throw Error(net.tensor_place(net.prefix + std::to_string(number) + "." + part) + " is missing: the " +
                      network_name(net.is_generator) + " has " + counted(convolutions, "convolution"),
                  "save all of it: torch.save(net.state_dict(), FILE)");
  };
  for (int64_t i = 0; i < convolutions; ++i) {
    want("conv" + std::to_string(i) + ".weight", place_of_conv(net.is_generator, i), "weight");
    if (i + 1 == convolutions || (i == 0 && !net.is_generator)) continue;
    for (const char* part : kNormParts)
      want("norm" + std::to_string(i) + "." + part, place_of_norm(net.is_generator, i), part);
  }
  for (const auto& one : net.tensors)
    if (std::none_of(found.begin(), found.end(), [&](const auto& known) { return known.second == &one; }))
      throw Error(net.tensor_place(one.name) + ", " + shape_text(one.shape) + ", is not something that the " +
                      network_name(net.is_generator) + " of PyTorch's DCGAN example has",
                  one.part == "bias" ? "its convolutions have no bias: networks with other layers cannot be imported"
                                     : "networks with other layers than the example's cannot be imported");
  for (const auto& [ours, one] : found)
    if (!one->unusable.empty())
      throw Error(net.tensor_place(one->name) + " " + one->unusable + "; its numbers are not read",
                  "save plain ones: {name: torch.as_tensor(t).to_dense().float().clone() for name, t in "
                  "net.state_dict().items()}");
  return found;
}

/// In fp32, as many finite numbers as were stored.
at::Tensor converted(const ExampleNetwork& net, const ExampleTensor& one) {
  const at::NoGradGuard no_grad;
  if (one.part == kCounter) return one.tensor.to(at::kLong);
  if (!one.tensor.is_floating_point())
    throw Error(net.tensor_place(one.name) + " has elements of type " + at::toString(one.tensor.scalar_type()) +
                    ", which are not weights",
                "save it as float32");
  const at::Tensor out = one.tensor.to(at::kFloat);
  if (at::isfinite(out.sum(at::kDouble)).item<bool>() || at::isfinite(out).all().item<bool>()) return out;
  const auto many = [](const at::Tensor& where) { return where.sum().item<int64_t>(); };
  const int64_t nans = many(at::isnan(one.tensor)), infinities = many(at::isinf(one.tensor));
  std::string what = " holds ";
  if (nans + infinities == 0)
    what += counted(many(at::isinf(out)), "number") + " too large for float32";
  else
    what += (nans > 0 ? with_commas(nans) + " NaN" : "") + (nans > 0 && infinities > 0 ? " and " : "") +
            (infinities > 0 ? counted(infinities, "infinity", "infinities") : "");
  throw Error(net.tensor_place(one.name) + what + ", of " + counted(out.numel(), "number"),
              "the training that saved it had failed: take a file from before");
}

/// "the generator's numbers were converted from float16 to float32", or nothing.
void note_types(const ExampleNetwork& net, const ByOurName& tensors, std::vector<std::string>& notes) {
  std::set<std::string> types;
  for (const auto& [ours, one] : tensors)
    if (one->part != kCounter && one->tensor.scalar_type() != at::kFloat)
      types.insert(one->tensor.scalar_type() == at::kHalf       ? "float16"
                   : one->tensor.scalar_type() == at::kBFloat16 ? "bfloat16"
                                                                : "float64");
  if (!types.empty())
    notes.push_back("the " + network_name(net.is_generator) + "'s numbers were converted from " +
                    joined({types.begin(), types.end()}, " and ") + " to float32");
}

/// A copy in the order of the network that the plan makes, checked against it.
template <class Net>
NamedTensors fitted(const NetworkPlan& plan, const ExampleNetwork& net, const ByOurName& stored,
                    std::vector<std::string>& notes) {
  int64_t numbers = 0;
  for (const auto& [ours, one] : stored) numbers += one->tensor.numel();
  check_weights(plan, net.is_generator, numbers, net.place + ", the " + network_name(net.is_generator));
  const Net live_net(plan);
  NamedTensors out;
  for (const auto& [ours, live] : tensors_of(*live_net, true)) {
    const auto found = stored.find(ours);
    if (found == stored.end() && !ours.ends_with(kCounter)) throw Error(net.place + " has no '" + ours + "'");
    if (found == stored.end()) {
      out.emplace_back(ours, at::zeros_like(live));
      continue;
    }
    const ExampleTensor& one = *found->second;
    const bool is_counter = one.part == kCounter && one.tensor.numel() == 1;  // PyTorch 0.4 kept it as [1]
    if (one.tensor.sizes() != live.sizes() && !is_counter)
      throw Error(net.tensor_place(one.name) + " is " + shape_text(one.shape) + ", and a " +
                      network_name(net.is_generator) + " for " + to_text(plan.shape.size()) + " pixels and " +
                      counted(plan.image_channels, "channel") + " needs " + shape_text(live.sizes().vec()),
                  net.is_generator ? "only networks with the example's layers can be imported"
                                   : "give the discriminator that was trained with this generator");
    out.emplace_back(ours, converted(net, one).reshape(live.sizes()).clone());
  }
  note_types(net, stored, notes);
  return out;
}

/// Kernels of a generator in their order; each takes as many channels as the one before it makes.
std::vector<const ExampleTensor*> kernels_of(const ExampleNetwork& net, const ByOurName& tensors) {
  std::vector<const ExampleTensor*> kernels;
  for (int64_t i = 0; i < net.convolutions(); ++i) {
    const ExampleTensor& one = *tensors.at("conv" + std::to_string(i) + ".weight");
    const std::string place = net.tensor_place(one.name);
    if (one.shape.size() != 4 || element_count(one.shape).value_or(0) == 0)
      throw Error(place + " is " + shape_text(one.shape) + ", and a kernel has four sides, none of them 0",
                  "save the network again");
    if (!kernels.empty() && one.shape[0] != kernels.back()->shape[1])
      throw Error(place + " is " + shape_text(one.shape) + ", and what comes before it makes " +
                      counted(kernels.back()->shape[1], "channel"),
                  "save the network again: its tensors belong to different networks");
    kernels.push_back(&one);
  }
  return kernels;
}

NetworkPlan plan_of(const ExampleNetwork& net, const ByOurName& tensors) {
  const auto kernels = kernels_of(net, tensors);
  const std::string& origin = net.place;
  if (kernels.size() < 2) throw Error(origin + " has fewer than two convolutions");
  const auto &first = kernels.front()->shape, &last = kernels.back()->shape;
  NetworkPlan plan;
  plan.options.latent = first[0];
  plan.shape.doublings = static_cast<int64_t>(kernels.size()) - 1;
  plan.shape.base = {first[3], first[2]};
  plan.image_channels = last[1];
  plan.options.norm_d = "batch";
  const int64_t base = last[0], most = first[1];
  plan.options.base_channels = {base, base};
  plan.options.max_channels = std::max<int64_t>(most, plan.options.max_channels);
  if (!is_picture_channels(plan.image_channels))
    throw Error(
        origin + " makes images of " + counted(plan.image_channels, "channel") + ", and pictures have 1, 3 or 4",
        "import a generator of gray or coloured pictures");
  const int64_t side = std::min(plan.shape.base.width, plan.shape.base.height);
  const bool is_sane = side >= 1 && plan.shape.doublings <= 10;
  if (is_sane && plan.channels(base).front() != most) plan.options.max_channels = most;
  if (!is_sane || plan.channels(base).front() != most)
    throw Error(origin +
                " has layers that are not those of DCGAN's generator: they must begin at one pixel and double "
                "the sides while they halve the channels");
  return plan_from_json({{"network", plan_to_json(plan)}}, origin);  // a checkpoint must be able to hold it
}

std::string example_name(int64_t place, const std::string& part) {
  return "main." + std::to_string(place) + "." + part;
}

}  // namespace

ForeignNetworks from_example(const ExampleNetwork& generator, const ExampleNetwork* discriminator) {
  ForeignNetworks out;
  const ByOurName g = complete(generator);
  out.plan = plan_of(generator, g);
  ByOurName d;
  if (discriminator) {
    d = complete(*discriminator);
    if (discriminator->convolutions() != generator.convolutions())
      throw Error(discriminator->place + " is a discriminator of " +
                      counted(discriminator->convolutions(), "convolution") + ", and the generator has " +
                      std::to_string(generator.convolutions()) + ": they are for images of different sizes",
                  "give the discriminator that was trained with this generator");
    const auto& first = d.at("conv0.weight")->shape;
    if (!first.empty()) out.plan.options.base_channels.discriminator = first[0];
    plan_from_json({{"network", plan_to_json(out.plan)}}, discriminator->place);  // the same of its width
  }
  out.generator = fitted<GeneratorNet>(out.plan, generator, g, out.notes);
  if (discriminator) out.discriminator = fitted<DiscriminatorNet>(out.plan, *discriminator, d, out.notes);
  return out;
}

NamedTensors to_example(const Layers& generator, const std::vector<at::Tensor>& counters) {
  using Kind = Layer::Kind;
  NamedTensors out;
  int64_t convolutions = 0;
  size_t norms = 0;
  for (const Layer& layer : generator) {
    if (layer.kind == Kind::kConvTranspose) {
      out.emplace_back(example_name(place_of_conv(true, convolutions++), "weight"), layer.tensor("weight"));
    } else if (layer.kind == Kind::kBatchNorm) {
      const auto counter = norms < counters.size() ? counters[norms] : at::zeros({}, at::kLong);
      for (const std::string part : kNormParts)
        out.emplace_back(example_name(place_of_norm(true, convolutions - 1), part),
                         part == kCounter ? counter : layer.tensor(part));
      ++norms;
    } else if (layer.kind != Kind::kRelu && layer.kind != Kind::kTanh) {
      throw UsageError(
          "PyTorch's example has no generator of these layers: it has neither classes, residual blocks nor "
          "self-modulation",
          "write safetensors or TorchScript instead");
    }
  }
  return out;
}

NamedTensors to_example(const GeneratorNetImpl& generator) {
  std::vector<at::Tensor> counters;
  for (const auto& norm : generator.norms()) counters.push_back(norm->num_batches_tracked);
  return to_example(generator.layers(), counters);
}

NamedTensors to_example(const DiscriminatorNetImpl& discriminator) {
  std::map<std::pair<int64_t, int64_t>, std::pair<std::string, at::Tensor>> in_order;  // by place, then part
  for (const auto& [name, tensor] : tensors_of(discriminator, true)) {
    const size_t dot = name.find('.');
    const std::string layer = name.substr(0, dot), part = name.substr(dot + 1);
    const auto* known = std::find(std::begin(kNormParts), std::end(kNormParts), part);
    const bool is_conv = layer.starts_with("conv") && part == "weight", is_norm = layer.starts_with("norm");
    if ((!is_conv && !is_norm) || known == std::end(kNormParts))
      throw UsageError("PyTorch's example has no discriminator like this one ('" + name +
                           "'): it has BatchNorm, and neither classes, residual blocks, spectral norms nor a minibatch "
                           "deviation",
                       "write safetensors instead");
    const int64_t i = std::stoll(layer.substr(4));
    const int64_t place = is_conv ? place_of_conv(false, i) : place_of_norm(false, i);
    in_order[{place, known - std::begin(kNormParts)}] = {example_name(place, part), tensor};
  }
  NamedTensors out;
  for (const auto& [place, named] : in_order) out.push_back(named);
  return out;
}

}  // namespace dcgan
