#include <algorithm>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/text.hpp"
#include "exchange/metadata.hpp"
#include "exchange/script.hpp"

namespace dcgan {
namespace {

/// x as float32 images, checked, in the numbers of the weights.
std::string input_lines(const GeneratorInfo& info, at::ScalarType type) {
  const std::string sides =
      std::to_string(info.channels) + ", " + std::to_string(info.height) + ", " + std::to_string(info.width);
  return "    assert x.dim() == 4, \"x must be [N, " + sides +
         "]\"\n    assert x.size(1) == " + std::to_string(info.channels) +
         " and x.size(2) == " + std::to_string(info.height) + " and x.size(3) == " + std::to_string(info.width) +
         ", \"x must be [N, " + sides + "]\"\n    x0 = x" + script_cast(type) + "\n";
}

std::string logits_source(const Layers& layers, const GeneratorInfo& info, at::ScalarType type) {
  return "def forward(self, x: Tensor, y: Optional[Tensor] = None) -> Tensor:\n" + script_classes(info.classes, "x") +
         input_lines(info, type) + script_lines(layers, last_value(layers)) + "    return x" +
         std::to_string(last_value(layers)) + ".reshape([-1])" + script_cast(at::kFloat) + "\n";
}

std::string maps_source(const Layers& layers, const std::vector<int64_t>& maps, const GeneratorInfo& info,
                        at::ScalarType type) {
  std::vector<std::string> values;
  for (const int64_t map : maps) values.push_back("x" + std::to_string(map) + script_cast(at::kFloat));
  return "def feature_maps(self, x: Tensor) -> List[Tensor]:\n" + input_lines(info, type) +
         script_lines(layers, maps.back()) + "    return [" + joined(values, ", ") + "]\n";
}

/// As eval/discriminator_features: each map's maxima over a grid of 4 x 4.
std::string features_source(size_t maps) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < maps; ++i)
    parts.push_back("torch.adaptive_max_pool2d(maps[" + std::to_string(i) + "], [4, 4])[0].flatten(1)");
  return "def features(self, x: Tensor) -> Tensor:\n    maps = self.feature_maps(x)\n    return torch.cat([" +
         joined(parts, ", ") + "], 1)\n";
}

/// Throws Error when a result of the file is not the network's: NaN is none.
void compare(const at::Tensor& expected, const at::Tensor& got, double tolerance) {
  const double range = std::max(1.0, expected.abs().max().item<double>());
  if (!((expected.cpu() - got).abs().max().item<double>() <= tolerance * range))
    throw Error("the exported discriminator finds other numbers than the network; nothing was written");
}

/// The file is proved before it replaces a good one.
void prove(DiscriminatorNet& net, const at::Tensor& x, const GeneratorInfo& info, const std::string& bytes,
           double tolerance) {
  at::Tensor y;
  std::vector<c10::IValue> inputs = {x};
  if (info.classes > 0) inputs.push_back(y = at::tensor({int64_t{0}, info.classes - 1}));
  const auto device = net->parameters().front().device();
  auto module = script_from(bytes);
  compare(net(x.to(device), 1, y.defined() ? y.to(device) : y), module.forward(inputs).toTensor(), tolerance);
  const auto expected = net->feature_maps(x.to(device));
  const auto got = module.get_method("feature_maps")({x}).toTensorVector();
  for (size_t i = 0; i < expected.size(); ++i) compare(expected[i], got[i], tolerance);
}

}  // namespace

void export_torchscript(DiscriminatorNet net, const GeneratorInfo& info, const fs::path& path,
                        const ScriptOptions& options) {
  const at::NoGradGuard no_grad;
  net->eval();
  const ScriptNumbers numbers = script_numbers(options.weights);
  const Layers layers = net->layers();
  const std::vector<int64_t>& maps = net->description().maps;
  const auto x = at::linspace(-1, 1, 2 * info.channels * info.height * info.width)
                     .view({2, info.channels, info.height, info.width});
  constexpr int64_t kGrid = 4 * 4;
  int64_t features = 0;
  for (const auto& map : net->feature_maps(x.to(net->parameters().front().device()))) features += kGrid * map.size(1);
  auto module = script_module("DcganDiscriminator", layers, numbers.scalar,
                              {{"channels", info.channels},
                               {"height", info.height},
                               {"width", info.width},
                               {"classes", info.classes},
                               {"feature_count", features},
                               {"version", kExportVersion}});
  module.define(logits_source(layers, info, numbers.scalar));
  module.define(maps_source(layers, maps, info, numbers.scalar));
  module.define(features_source(maps.size()));
  const Json metadata = discriminator_metadata(info, net->plan().options.arch, kExportVersion, features);
  const std::string bytes = script_bytes(module, layers, metadata, options, {"feature_maps", "features"});
  prove(net, x, info, bytes, numbers.tolerance);
  write_file(path, bytes);
}

}  // namespace dcgan
