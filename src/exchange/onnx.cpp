#include "exchange/onnx.hpp"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <bit>
#include <stdexcept>

#include "core/error.hpp"
#include "core/text.hpp"
#include "exchange/metadata.hpp"
#include "nn/layers.hpp"

static_assert(std::endian::native == std::endian::little, "ONNX's raw numbers are little-endian");

namespace dcgan {
namespace {

/// Turns layers into nodes, one by one.
class OnnxBuilder {
 public:
  explicit OnnxBuilder(const GeneratorInfo& info) {
    model_.name = "dcgan_generator";
    model_.inputs.push_back({"z", {"N", info.latent}});
    if (info.classes > 0) model_.inputs.push_back({"y", {"N", info.classes}});
    model_.outputs.push_back({"image", {"N", info.channels, info.height, info.width}});
    reshape("z", {-1, info.input.channels, info.input.height, info.input.width}, "x0");
  }

  /// `in`: the value of one image that it takes, whose sides alone matter.
  void add(const Layer& layer, const at::Tensor& in, const std::string& output) {
    const std::string x = "x" + std::to_string(layer.from);
    using Kind = Layer::Kind;
    switch (layer.kind) {
      case Kind::kConvTranspose:
      case Kind::kConv:
        return convolution(layer, x, output);
      case Kind::kBatchNorm:
        return norm(layer, x, weight(layer, "weight"), weight(layer, "bias"), output);
      case Kind::kClassBatchNorm:
        return class_norm(layer, x, output);
      case Kind::kRelu:
        return node("Relu", {x}, output);
      case Kind::kLeakyRelu:
        return node("LeakyRelu", {x}, output, {{"alpha", static_cast<float>(layer.slope)}});
      case Kind::kRelu6:
        return node(
            "Clip",
            {x, tensor(output + ".least", at::scalar_tensor(0.0F)), tensor(output + ".most", at::scalar_tensor(6.0F))},
            output);
      case Kind::kPad: {
        const std::vector<int64_t> ends = {0, 0, layer.padding,       layer.padding,
                                           0, 0, layer.padding_after, layer.padding_after};
        return node("Pad", {x, tensor(output + ".ends", at::tensor(ends))}, output);
      }
      case Kind::kUpsample:
        return resize(x, 2, 2, output, repeating());
      case Kind::kResizeUp:
        return resize(x, 2, 2, output, {{"mode", "linear"}, {"coordinate_transformation_mode", "half_pixel"}});
      case Kind::kMeans:
        return node("AveragePool", {x}, output,
                    {{"kernel_shape", std::vector<int64_t>{2, 2}}, {"strides", std::vector<int64_t>{2, 2}}});
      case Kind::kScale:
        return node("Mul",
                    {x, tensor(layer.name + ".weight", layer.tensor("weight").to(at::kFloat).view({1, -1, 1, 1}))},
                    output);
      case Kind::kConcat:
        return node("Concat", {x, "x" + std::to_string(layer.other)}, output, {{"axis", int64_t{1}}});
      case Kind::kModulate:
        return modulation(layer, x, in, output);
      case Kind::kAdd:
        return node("Add", {x, "x" + std::to_string(layer.other)}, output);
      case Kind::kTanh:
        return node("Tanh", {x}, output);
      case Kind::kSum:
      case Kind::kMinibatchStd:
      case Kind::kClassDot:
        break;
    }
    throw std::logic_error("no layer of a generator");
  }

  OnnxModel take() { return std::move(model_); }

 private:
  void node(const char* type, std::vector<std::string> inputs, const std::string& output,
            std::vector<OnnxAttribute> attributes = {}) {
    model_.nodes.push_back({type, std::move(inputs), output, std::move(attributes)});
  }

  const std::string& tensor(const std::string& name, const at::Tensor& value) {
    const auto dense = value.detach().cpu().contiguous();
    model_.tensors.push_back({name, dense.sizes().vec(),
                              std::string(static_cast<const char*>(dense.const_data_ptr()), dense.nbytes()),
                              dense.scalar_type() == at::kLong});
    return model_.tensors.back().name;
  }
  std::string weight(const Layer& layer, const std::string& part) {
    return tensor(layer.name + "." + part, layer.tensor(part).to(at::kFloat));
  }

  /// -1 stands for the batch.
  void reshape(const std::string& x, const std::vector<int64_t>& shape, const std::string& output) {
    const std::string sides = tensor(output + ".shape", at::tensor(shape));
    node("Reshape", {x, sides}, output);
  }

  void convolution(const Layer& layer, const std::string& x, const std::string& output) {
    const auto& w = layer.tensor("weight");
    std::vector<std::string> inputs = {x, weight(layer, "weight")};
    if (layer.find("bias").defined()) inputs.push_back(weight(layer, "bias"));
    std::vector<OnnxAttribute> attributes = {{"kernel_shape", std::vector<int64_t>{w.size(2), w.size(3)}},
                                             {"strides", std::vector<int64_t>(2, layer.stride)},
                                             {"pads", std::vector<int64_t>(4, layer.padding)}};
    if (layer.groups != 1) attributes.push_back({"group", layer.groups});
    node(layer.kind == Layer::Kind::kConv ? "Conv" : "ConvTranspose", std::move(inputs), output, std::move(attributes));
  }

  void norm(const Layer& layer, const std::string& x, const std::string& gain, const std::string& bias,
            const std::string& output) {
    const std::string mean = weight(layer, "running_mean"), variance = weight(layer, "running_var");
    node("BatchNormalization", {x, gain, bias, mean, variance}, output, {{"epsilon", static_cast<float>(layer.eps)}});
  }

  /// A row of the table for each image: the one-hot classes times the table.
  std::string of_classes(const Layer& layer, const std::string& part, const std::string& output) {
    const std::string rows = output + "." + part, sides = rows + ".map";
    const std::string table = weight(layer, part);
    node("MatMul", {"y", table}, rows);
    reshape(rows, {-1, layer.tensor(part).size(1), 1, 1}, sides);
    return sides;
  }

  void class_norm(const Layer& layer, const std::string& x, const std::string& output) {
    const auto& mean = layer.tensor("running_mean");
    const std::string one = tensor(layer.name + ".one", at::ones_like(mean, at::kFloat));
    const std::string zero = tensor(layer.name + ".zero", at::zeros_like(mean, at::kFloat));
    const std::string plain = output + ".plain", scaled = output + ".scaled";
    norm(layer, x, one, zero, plain);
    node("Mul", {plain, of_classes(layer, "class_gain", output)}, scaled);
    node("Add", {scaled, of_classes(layer, "class_bias", output)}, output);
  }

  /// Gains and biases of an image by a convolution each, the gains' columns first, repeated over the map: OpenCV's Mul
  /// and Add take shapes that differ for a batch's one and the same.
  void modulation(const Layer& layer, const std::string& x, const at::Tensor& in, const std::string& output) {
    const auto& both = layer.tensor("weight");
    const int64_t channels = both.size(1) / 2;
    const std::string numbers = output + ".numbers", scaled = output + ".scaled";
    const auto map_of = [&](const char* part, const at::Tensor& columns) {
      const std::string points = output + "." + part, map = points + ".map";
      const auto kernels = columns.to(at::kFloat).t().reshape({channels, both.size(0), 1, 1});
      node("Conv", {"x" + std::to_string(layer.other), tensor(layer.name + "." + part, kernels)}, points,
           {{"kernel_shape", std::vector<int64_t>{1, 1}}});
      resize(points, in.size(2), in.size(3), map, repeating());
      return map;
    };
    const std::string gains = map_of("gains", both.narrow(1, 0, channels));
    const std::string biases = map_of("biases", both.narrow(1, channels, channels));
    node("Mul", {x, gains}, numbers);
    node("Add", {x, numbers}, scaled);
    node("Add", {scaled, biases}, output);
  }

  static std::vector<OnnxAttribute> repeating() {
    return {{"mode", "nearest"}, {"coordinate_transformation_mode", "asymmetric"}, {"nearest_mode", "floor"}};
  }

  /// To so many times the sides.
  void resize(const std::string& x, int64_t taller, int64_t wider, const std::string& output,
              std::vector<OnnxAttribute> how) {
    const auto times = at::tensor(std::vector<float>{1, 1, static_cast<float>(taller), static_cast<float>(wider)});
    const std::string scales = tensor(output + ".scales", times);
    node("Resize", {x, "", scales}, output, std::move(how));
  }

  OnnxModel model_;
};

std::vector<std::pair<std::string, std::string>> text_pairs(const Json& metadata) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [key, value] : metadata.items())
    out.emplace_back(key, value.is_string() ? value.get<std::string>() : compact(value));
  return out;
}

Json input_kinds(const GeneratorInfo& info) {
  Json out = {{"z", "float32 [N, " + std::to_string(info.latent) + "], drawn " +
                        (info.has_uniform_latents ? "evenly from [-1, 1]" : "from N(0, 1)")}};
  if (info.classes > 0)
    out["y"] = "float32 [N, " + std::to_string(info.classes) + "], one-hot: 1 at the image's class, 0 elsewhere";
  return out;
}

}  // namespace

OnnxModel onnx_model(const GeneratorOperations& generator) {
  const at::NoGradGuard no_grad;
  const GeneratorInfo& info = generator.info;
  const Layers& layers = generator.layers;
  std::vector<int64_t> taken;
  for (const Layer& layer : layers) taken.push_back(layer.from);
  const auto z = at::zeros({1, info.input.channels, info.input.height, info.input.width});
  const auto values = run_layers(layers, z, info.classes > 0 ? at::zeros({1}, at::kLong) : at::Tensor(), taken);
  OnnxBuilder builder(info);
  for (size_t i = 0; i < layers.size(); ++i)
    builder.add(layers[i], values[i], i + 1 == layers.size() ? "image" : "x" + std::to_string(i + 1));
  OnnxModel model = builder.take();
  Json metadata = generator_metadata(info, generator.arch, kOnnxVersion);
  metadata["inputs"] = input_kinds(info);
  metadata["layout"] = info.channels == 3 ? "NCHW, RGB" : "NCHW";
  model.metadata = text_pairs(metadata);
  model.metadata.emplace_back("sha256", onnx_weights_digest(model));  // last: a file that is cut off lacks it
  model.explanation = "Images from latents, in [-1, 1]: pixel = round((image + 1) x 127.5). See metadata_props.";
  return model;
}

void export_onnx(const GeneratorOperations& generator, const fs::path& path) {
  const OnnxModel model = onnx_model(generator);
  const std::string bytes = write_onnx(model);
  if (onnx_metadata(read_onnx(bytes, "the exported model"), "the exported model").is_null())
    throw std::logic_error("an exported model is not known again");
  write_file(path, bytes);
}

Json onnx_metadata(const OnnxDescription& model, const std::string& origin) {
  Json out = Json::object();
  for (const auto& [key, value] : model.metadata) {
    try {
      out[printable(key)] = parse_json(value, origin);
    } catch (const Error&) {
      out[printable(key)] = printable(value);  // text, or not for us
    }
  }
  if (model.producer != "dcgan" && out.value("format", Json()) != "dcgan-generator") return {};
  if (required<std::string>(out, "format", origin) != "dcgan-generator")
    throw Error(origin + " is an ONNX model of dcgan, but not a generator");
  if (required<int64_t>(out, "version", origin) > kOnnxVersion)
    throw Error(origin + " was exported by a newer dcgan", "use that version");
  if (required<std::string>(out, "sha256", origin) != model.weights_digest)
    throw Error(origin + " is damaged: its weights have a wrong checksum", "export it again, or copy it again");
  return out;
}

}  // namespace dcgan
