#include "cli/verbs/describe.hpp"

#include <string>
#include <vector>

#include "checkpoint/archive.hpp"
#include "checkpoint/run_directory.hpp"
#include "core/error.hpp"
#include "core/io/json_file.hpp"
#include "core/text.hpp"
#include "dataset/walk.hpp"
#include "exchange/import.hpp"
#include "exchange/model_file.hpp"
#include "exchange/onnx.hpp"
#include "exchange/torchscript.hpp"
#include "exchange/weights_file.hpp"
#include "pages/report/log.hpp"

namespace dcgan {
namespace {

using Shapes = std::vector<std::pair<std::string, std::vector<int64_t>>>;

/// Shapes below `prefix` and the count of numbers that are trained (running statistics and vectors of spectral norms
/// are not).
Json describe_tensors(const Shapes& shapes, const std::string& prefix) {
  int64_t parameters = 0;
  Json table = Json::object();
  for (const auto& [name, shape] : shapes) {
    if (!name.starts_with(prefix)) continue;
    table[name.substr(prefix.size())] = shape;
    if (name.find("running_") != std::string::npos || name.ends_with("num_batches_tracked") || name.ends_with(".u"))
      continue;
    int64_t count = 1;
    for (const int64_t side : shape) count *= side;
    parameters += count;
  }
  return {{"parameters", parameters}, {"tensors", table}};
}

Json describe_checkpoint(const fs::path& path) {
  const ArchiveReader archive(path);
  const Json& meta = archive.meta();
  const auto shapes = archive.list();
  const std::string origin = shown(path);
  return {{"kind", "checkpoint"},
          {"path", origin},
          {"bytes", fs::file_size(path)},
          {"written", value_or<std::string>(meta, "written", "", origin)},
          {"dcgan", value_or<std::string>(meta, "dcgan", "", origin)},
          {"images", required<int64_t>(meta, "images", origin)},
          {"steps", meta.value("steps", Json())},
          {"seconds", meta.value("seconds", Json())},
          {"options", required<Json>(meta, "options", origin)},
          {"network", required<Json>(meta, "network", origin)},
          {"generator", describe_tensors(shapes, "generator.")},
          {"discriminator", describe_tensors(shapes, "discriminator.")},
          {"use",
           {"dcgan sample " + shell_word(path.native()) + " --out sheet.png",
            "dcgan export " + shell_word(path.native()) + " --out generator.pt"}}};
}

/// The newest evaluation, and the last one that was the best so far.
void add_quality(Json& out, const Json& evaluations) {
  if (evaluations.empty()) return;
  out["newest"] = evaluations.back();
  for (const auto& one : evaluations)
    if (one.value("best", false)) out["best"] = one;
}

Json describe_run(const fs::path& path) {
  const RunDirectory run = RunDirectory::open(path);
  const std::string origin = shown(path);
  const Json config = read_json_file(run.config());
  if (!config.is_object()) throw Error("'" + shown(run.config()) + "' is not a config of a run", "was it edited?");
  Json out = {{"kind", "run"},
              {"path", origin},
              {"data", value_or<std::string>(config, "data", "", shown(run.config()))},
              {"data_images", config.value("data_images", Json())},
              {"options", required<Json>(config, "options", shown(run.config()))},
              {"checkpoints", run.checkpoints()},
              {"grids", run.grids()},
              {"last_record", run.last_record()}};
  if (!run.checkpoints().empty()) {
    const Json newest = describe_checkpoint(run.checkpoint(run.checkpoints().back()));
    for (const char* key : {"images", "steps", "seconds", "written", "network", "generator", "discriminator"})
      out[key] = newest[key];
  }
  add_quality(out, curves_of_file(run.log(), 100)["evals"]);
  const std::string word = shell_word(path.native());
  out["use"] = {"dcgan train --resume " + word, "dcgan sample " + word + " --out sheet.png", "dcgan eval " + word,
                "dcgan export " + word + " --out generator.pt"};
  return out;
}

/// A file does not say what it is called: our own facts stay. Its list of layers is long, and for programs.
void add_metadata(Json& out, const Json& metadata) {
  for (const auto& [key, value] : metadata.items())
    if (!out.contains(key) && key != "layers") out[key] = value;
}

/// The lines that show how to use a TorchScript file.
Json uses_of_export(const Json& facts, const fs::path& path) {
  const std::string load = "Python: torch.jit.load(" + python_text(path.native()) + ")";
  const auto number = [&](const char* key) { return required<int64_t>(facts, key, "'" + shown(path) + "'"); };
  const std::string classes = number("classes") > 0 ? ", torch.tensor([0])" : "";
  const auto side = [&](const char* key) { return std::to_string(number(key)); };
  if (facts["format"] == "dcgan-discriminator") {
    const std::string x = "torch.rand(1, " + side("channels") + ", " + side("height") + ", " + side("width") + ")";
    return {load + "(2 * " + x + " - 1" + classes + ")", load + ".features(2 * " + x + " - 1)"};
  }
  const std::string shape = "(1, " + side("latent") + ")";
  const bool is_uniform = facts.value("latent_distribution", Json()) == "uniform";
  Json uses = {"dcgan sample " + shell_word(path.native()) + " --out sheet.png"};
  uses.push_back(load + ".images(" + (is_uniform ? "2 * torch.rand" + shape + " - 1" : "torch.randn" + shape) +
                 classes + ")");
  if (facts.contains("network")) uses.push_back("dcgan train DATA --init-from " + shell_word(path.native()));
  return uses;
}

Json describe_export(const fs::path& path) {
  Json out = {{"kind", ""}, {"path", shown(path)}, {"bytes", fs::file_size(path)}};
  add_metadata(out, torchscript_metadata(path));
  const char* network = out["format"] == "dcgan-discriminator" ? "discriminator" : "generator";
  out["kind"] = std::string("exported ") + network;
  out[network] = describe_tensors(torchscript_parameters(path), "");
  if (const std::string why = torchscript_obstacle(path); !why.empty()) {
    out["kind"] = "program of another, which says that it is an exported generator";
    out["not_as_dcgan_exports_it"] = why;
    out["use"] = {"dcgan sample " + shell_word(path.native()) + " --run-code --out sheet.png"};
    return out;
  }
  out["use"] = uses_of_export(out, path);
  return out;
}

Json describe_onnx(const fs::path& path) {
  const OnnxDescription model = read_onnx_file(path);
  const Json metadata = onnx_metadata(model, "'" + shown(path) + "'");
  Shapes shapes;
  for (const auto& tensor : model.tensors)
    if (tensor.type != "INT64") shapes.emplace_back(tensor.name, tensor.shape);  // else the shape of a value
  Json inputs = Json::object(), outputs = Json::object(), operators = Json::array();
  for (const auto& value : model.inputs) inputs[value.name] = shape_text(value);
  for (const auto& value : model.outputs) outputs[value.name] = shape_text(value);
  for (const auto& one : model.operators) operators.push_back(one);
  Json out = {{"kind", metadata.is_null() ? "an ONNX model, none that dcgan exported" : "exported generator, ONNX"},
              {"path", shown(path)},
              {"bytes", fs::file_size(path)},
              {"ir_version", model.ir_version},
              {"operator_set", model.operator_set},
              {"producer", model.producer + " " + model.producer_version},
              {"nodes", model.nodes},
              {"operators", operators}};
  add_metadata(out, metadata);
  out["inputs"] = inputs, out["outputs"] = outputs;
  out["use"] = Json::array();
  if (metadata.is_null()) {
    out["weights"] = describe_tensors(shapes, "");
    return out;
  }
  const std::string origin = shown(path);
  out["inputs"] = required<Json>(metadata, "inputs", origin);
  out["generator"] = describe_tensors(shapes, "");
  const std::string z = metadata.value("latent_distribution", Json()) == "uniform" ? "2 * numpy.random.rand(1, "
                                                                                   : "numpy.random.randn(1, ";
  const auto classes = required<int64_t>(metadata, "classes", origin);
  const std::string y = ", 'y': numpy.eye(" + std::to_string(classes) + ", dtype='float32')[[0]]";
  out["use"] = {"Python: onnxruntime.InferenceSession(" + python_text(path.native()) + ").run(None, {'z': (" + z +
                    std::to_string(required<int64_t>(metadata, "latent", origin)) + ")" + (z[0] == '2' ? " - 1" : "") +
                    ").astype('float32')" + (classes > 0 ? y : "") + "})",
                "C++: cv::dnn::readNetFromONNX, see docs/examples/onnx"};
  return out;
}

/// Of safetensors that dcgan exported: what they are beside tensors.
void add_model(Json& out, const fs::path& path) {
  const ModelFile model(path);
  const auto shapes_of = [&](const char* part) {
    Shapes shapes;
    for (const auto& [name, tensor] : model.read(part)) shapes.emplace_back(name, tensor.sizes().vec());
    return shapes;
  };
  const std::string word = shell_word(path.native());
  out.erase("weights"), out["metadata"].erase("network"), out["metadata"].erase("images_seen");  // each says more here
  out["images"] = model.images_seen();
  out["network"] = model.meta()["network"];
  out["generator"] = describe_tensors(shapes_of(model.has(kAveragePart) ? kAveragePart : kGeneratorPart), "");
  if (model.has(kDiscriminatorPart)) out["discriminator"] = describe_tensors(shapes_of(kDiscriminatorPart), "");
  out["use"] = {"dcgan sample " + word + " --out sheet.png", "dcgan train DATA --init-from " + word,
                "dcgan export " + word + " --out generator.pt"};
}

Json describe_weights(const fs::path& path) {
  const WeightsFile file = read_weights(path);
  Shapes shapes;
  for (const auto& [name, tensor] : file.tensors) shapes.emplace_back(name, tensor.sizes().vec());
  Json metadata = Json::object(), networks = Json::array(), unusable = Json::array();
  for (const auto& [key, value] : file.metadata) metadata[key] = value;
  const bool is_ours = metadata.value("format", Json()) == "dcgan";
  const auto found = is_ours ? std::vector<ExampleNetwork>() : networks_in(file, shown(path));
  for (const auto& net : found) networks.push_back(described(net));
  for (const auto& one : file.unusable) unusable.push_back(one.name + ": " + one.unusable);
  const bool has_generator =
      std::any_of(found.begin(), found.end(), [](const ExampleNetwork& one) { return one.is_generator; });
  Json out = {{"kind", is_ours                 ? "exported model"
                       : found.size() > 1      ? "networks of PyTorch's DCGAN example"
                       : has_generator         ? "generator of PyTorch's DCGAN example"
                       : !found.empty()        ? "discriminator of PyTorch's DCGAN example"
                       : !file.modules.empty() ? "whole module of PyTorch, which is a program"
                                               : "weights of another program"},
              {"path", shown(path)},
              {"bytes", fs::file_size(path)},
              {"file", looks_like_state_dict(path) ? "state dict of torch.save" : "safetensors"},
              {"metadata", metadata},
              {"networks", networks},
              {"weights", describe_tensors(shapes, "")},
              {"unusable", unusable},
              {"others", found.empty() ? file.others : beside_networks(file, found)},
              {"modules", file.modules},
              {"use", Json::array()}};
  std::vector<fs::path> files = {path};
  if (!is_ours && !has_generator) files.insert(files.begin(), "netG.pth");
  if (is_ours) add_model(out, path);
  if (is_ours || !found.empty()) out["use"].push_back(import_command(files, found) + " --out imported.ckpt");
  return out;
}

}  // namespace

std::optional<Json> describe_model(const fs::path& path) {
  if (is_run_directory(path)) return describe_run(path);
  if (looks_like_archive(path)) return describe_checkpoint(path);
  if (looks_like_weights(path)) return describe_weights(path);
  if (looks_like_onnx(path)) return describe_onnx(path);
  if (looks_like_torchscript(path)) return describe_export(path);
  return {};
}

}  // namespace dcgan
