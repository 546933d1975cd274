#include "exchange/example_networks.hpp"

#include <ATen/Functions.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "checkpoint/archive.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "exchange/generator.hpp"

namespace dcgan {
namespace {

constexpr const char* kCounter = "num_batches_tracked";
constexpr const char* kNormParts[] = {"weight", "bias", "running_mean", "running_var", kCounter};

/// The place in `main` of the i-th convolution, and of the norm behind it.
int64_t place_of_conv(bool is_generator, int64_t i) { return is_generator || i == 0 ? 3 * i : 3 * i - 1; }
int64_t place_of_norm(bool is_generator, int64_t i) { return is_generator ? 3 * i + 1 : 3 * i; }

/// "PREFIXmain.12.weight" as 12 and "weight"; nothing for other names.
std::optional<std::pair<int64_t, std::string>> place_in(const std::string& name) {
  const size_t main = name.find("main.");
  if (main == std::string::npos || (main > 0 && name[main - 1] != '.')) return std::nullopt;
  const char *from = name.data() + main + 5, *end = name.data() + name.size();
  int64_t number = 0;
  const auto [behind, problem] = std::from_chars(from, end, number);
  if (problem != std::errc() || behind == end || *behind != '.' || number < 0 || number > 1000) return std::nullopt;
  return std::pair(number, std::string(behind + 1, end));
}

/// Convolutions by their place, rising.
std::map<int64_t, at::Tensor> convolutions_in(const NamedTensors& tensors) {
  std::map<int64_t, at::Tensor> found;
  for (const auto& [name, tensor] : tensors)
    if (const auto place = place_in(name); place && place->second == "weight" && tensor.dim() == 4)
      found[place->first] = tensor;
  return found;
}

/// Under our names: "main.3.weight" as "conv1.weight", "main.4.bias" as "norm1.bias". What is neither keeps its name,
/// for the error that it makes.
NamedTensors renamed(const NamedTensors& tensors, bool is_generator, int64_t convolutions) {
  NamedTensors out;
  for (const auto& [name, tensor] : tensors) {
    const auto place = place_in(name);
    std::string ours = name;
    for (int64_t i = 0; place && i < convolutions; ++i) {
      if (place->first == place_of_conv(is_generator, i)) ours = "conv" + std::to_string(i) + "." + place->second;
      if (place->first == place_of_norm(is_generator, i) && !(i == 0 && !is_generator))
        ours = "norm" + std::to_string(i) + "." + place->second;
    }
    out.emplace_back(ours, tensor.is_floating_point() ? tensor.to(at::kFloat) : tensor);
  }
  return out;
}

/// A copy in the order of `live`, checked against it. Counters of batches, which PyTorch before 0.4.1 did not keep, are
/// 0.
template <class Net>
NamedTensors fitted(const NetworkPlan& plan, NamedTensors stored, const std::string& origin) {
  check_weights(plan, std::is_same_v<Net, GeneratorNet>, numbers_in(stored), origin);
  const Net net(plan);
  const NamedTensors live = tensors_of(*net, true);
  for (const auto& [name, tensor] : live)
    if (name.ends_with(kCounter) &&
        std::none_of(stored.begin(), stored.end(), [&](const auto& one) { return one.first == name; }))
      stored.emplace_back(name, at::zeros_like(tensor));
  load_into(live, stored, origin);
  NamedTensors out;
  for (const auto& [name, tensor] : live) out.emplace_back(name, tensor.detach().clone());
  check_finite(out);
  return out;
}

NetworkPlan plan_of(const NamedTensors& generator, const std::string& origin) {
  std::vector<at::Tensor> weights;
  for (const auto& [place, weight] : convolutions_in(generator)) weights.push_back(weight);
  if (weights.size() < 2) throw Error(origin + " has fewer than two convolutions");
  NetworkPlan plan;
  plan.options.latent = weights.front().size(0);
  plan.shape.doublings = static_cast<int64_t>(weights.size()) - 1;
  plan.shape.base = {weights.front().size(3), weights.front().size(2)};
  plan.image_channels = weights.back().size(1);
  plan.options.norm_d = "batch";
  const int64_t base = weights.back().size(0), most = weights.front().size(1);
  plan.options.base_channels = {base, base};
  plan.options.max_channels = std::max<int64_t>(most, plan.options.max_channels);
  if (plan.channels(base).front() != most) plan.options.max_channels = most;
  if (!is_picture_channels(plan.image_channels))
    throw Error(
        origin + " makes images of " + counted(plan.image_channels, "channel") + ", and pictures have 1, 3 or 4",
        "import a generator of gray or coloured pictures");
  const int64_t side = std::min(plan.shape.base.width, plan.shape.base.height);
  if (side < 1 || plan.shape.doublings > 10 || plan.channels(base).front() != most)
    throw Error(origin +
                " has layers that are not those of DCGAN's generator: they must begin at one pixel and double "
                "the sides while they halve the channels");
  return plan_from_json({{"network", plan_to_json(plan)}}, origin);  // a checkpoint must be able to hold it
}

std::string example_name(int64_t place, const std::string& part) {
  return "main." + std::to_string(place) + "." + part;
}

}  // namespace

int example_network(const NamedTensors& tensors) {
  const auto convolutions = convolutions_in(tensors);
  for (const bool is_generator : {true, false}) {
    int64_t i = 0;
    const bool fits = convolutions.size() >= 2 &&
                      std::all_of(convolutions.begin(), convolutions.end(),
                                  [&](const auto& one) { return one.first == place_of_conv(is_generator, i++); });
    if (fits) return is_generator ? 1 : 2;
  }
  return 0;
}

ForeignNetworks from_example(const NamedTensors& generator, const NamedTensors& discriminator,
                             const std::string& origin) {
  ForeignNetworks out;
  out.plan = plan_of(generator, origin);
  const int64_t convolutions = out.plan.shape.doublings + 1;
  if (!discriminator.empty()) {
    const auto found = convolutions_in(discriminator);
    if (!found.empty()) out.plan.options.base_channels.discriminator = found.begin()->second.size(0);
  }
  out.generator = fitted<GeneratorNet>(out.plan, renamed(generator, true, convolutions), origin + ", the generator");
  if (!discriminator.empty())
    out.discriminator =
        fitted<DiscriminatorNet>(out.plan, renamed(discriminator, false, convolutions), origin + ", the discriminator");
  return out;
}

NamedTensors to_example(const GeneratorNetImpl& generator) {
  using Kind = Layer::Kind;
  NamedTensors out;
  int64_t convolutions = 0;
  for (const Layer& layer : generator.layers()) {
    if (layer.kind == Kind::kConvTranspose) {
      out.emplace_back(example_name(place_of_conv(true, convolutions++), "weight"), layer.tensor("weight"));
    } else if (layer.kind == Kind::kBatchNorm) {
      const int64_t i = convolutions - 1;
      const auto& counter = generator.norms()[static_cast<size_t>(i)]->num_batches_tracked;  // no layer needs it
      for (const std::string part : kNormParts)
        out.emplace_back(example_name(place_of_norm(true, i), part), part == kCounter ? counter : layer.tensor(part));
    } else if (layer.kind != Kind::kRelu && layer.kind != Kind::kTanh) {
      throw UsageError("PyTorch's example has no generator of these layers: it has neither classes nor residual blocks",
                       "write safetensors or TorchScript instead");
    }
  }
  return out;
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
