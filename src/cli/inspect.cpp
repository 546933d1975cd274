// `dcgan inspect`: what a file or folder is, what is in it, how to use it.
#include <cstdio>

#include "checkpoint/archive.hpp"
#include "checkpoint/run_directory.hpp"
#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "dataset/pack_set.hpp"
#include "dataset/source.hpp"
#include "dataset/walk.hpp"
#include "exchange/example_networks.hpp"
#include "exchange/formats/npy.hpp"
#include "exchange/onnx.hpp"
#include "exchange/torchscript.hpp"
#include "exchange/weights_file.hpp"
#include "image/png.hpp"

namespace dcgan {
namespace {

struct InspectCommand {
  bool json = false;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("json", json, "one JSON object", {});
  }
};

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
          {"written", meta.value("written", "")},
          {"dcgan", meta.value("dcgan", "")},
          {"images", required<int64_t>(meta, "images", origin)},
          {"steps", meta.value("steps", Json())},
          {"seconds", meta.value("seconds", Json())},
          {"options", required<Json>(meta, "options", origin)},
          {"network", required<Json>(meta, "network", origin)},
          {"generator", describe_tensors(shapes, "generator.")},
          {"discriminator", describe_tensors(shapes, "discriminator.")},
          {"use", {"dcgan sample " + origin + " --out sheet.png", "dcgan export " + origin + " --out generator.pt"}}};
}

Json describe_run(const fs::path& path) {
  const RunDirectory run = RunDirectory::open(path);
  const std::string origin = shown(path);
  const Json config = parse_json(read_file(run.config()), shown(run.config()));
  if (!config.is_object()) throw Error("'" + shown(run.config()) + "' is no config of a run", "was it edited?");
  Json out = {{"kind", "run"},
              {"path", origin},
              {"data", config.value("data", "")},
              {"data_images", config.value("data_images", Json())},
              {"options", required<Json>(config, "options", shown(run.config()))},
              {"checkpoints", run.checkpoints()},
              {"grids", run.grids()},
              {"last_record", run.last_record()}};
  if (!run.checkpoints().empty()) {
    const Json newest = describe_checkpoint(run.checkpoint(run.checkpoints().back()));
    for (const char* key : {"images", "steps", "seconds", "network", "generator", "discriminator"})
      out[key] = newest[key];
  }
  out["use"] = {"dcgan train --resume --run " + origin, "dcgan sample " + origin + " --out sheet.png",
                "dcgan export " + origin + " --out generator.pt"};
  return out;
}

Json describe_export(const fs::path& path) {
  Json out = {{"kind", "exported generator"}, {"path", shown(path)}, {"bytes", fs::file_size(path)}};
  out.update(torchscript_metadata(path));
  out["generator"] = describe_tensors(torchscript_parameters(path), "");
  const std::string shape = "(1, " + std::to_string(out.value("latent", int64_t{100})) + ")";
  const bool is_uniform = out.value("latent_distribution", "normal") == "uniform";
  out["use"] = {"dcgan sample " + shown(path) + " --out sheet.png",
                "Python: torch.jit.load('" + shown(path) + "').images(" +
                    (is_uniform ? "2 * torch.rand" + shape + " - 1" : "torch.randn" + shape) +
                    (out.value("classes", int64_t{0}) > 0 ? ", torch.tensor([0])" : "") + ")"};
  return out;
}

Json describe_onnx(const fs::path& path) {
  const OnnxDescription model = read_onnx_file(path);
  const Json metadata = onnx_metadata(model, "'" + shown(path) + "'");
  Shapes shapes;
  for (const auto& tensor : model.tensors)
    if (tensor.type != "INT64") shapes.emplace_back(printable(tensor.name), tensor.shape);  // else the shape of a value
  Json inputs = Json::object(), outputs = Json::object(), operators = Json::array();
  for (const auto& value : model.inputs) inputs[printable(value.name)] = shape_text(value);
  for (const auto& value : model.outputs) outputs[printable(value.name)] = shape_text(value);
  for (const auto& one : model.operators) operators.push_back(printable(one));
  Json out = {{"kind", metadata.is_null() ? "an ONNX model, none that dcgan exported" : "exported generator, ONNX"},
              {"path", shown(path)},
              {"bytes", fs::file_size(path)},
              {"ir_version", model.ir_version},
              {"operator_set", model.operator_set},
              {"producer", printable(model.producer + " " + model.producer_version)},
              {"nodes", model.nodes},
              {"operators", operators}};
  for (const auto& [key, value] : metadata.items())  // a file does not say what it is called
    if (!out.contains(key)) out[key] = value;
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
  out["use"] = {"Python: onnxruntime.InferenceSession('" + shown(path) + "').run(None, {'z': (" + z +
                    std::to_string(required<int64_t>(metadata, "latent", origin)) + ")" + (z[0] == '2' ? " - 1" : "") +
                    ").astype('float32')" + (classes > 0 ? y : "") + "})",
                "C++: cv::dnn::readNetFromONNX, see docs/examples/onnx"};
  return out;
}

Json describe_weights(const fs::path& path) {
  const WeightsFile file = read_weights(path);
  Shapes shapes;
  for (const auto& [name, tensor] : file.tensors) shapes.emplace_back(printable(name), tensor.sizes().vec());
  Json metadata = Json::object();
  for (const auto& [key, value] : file.metadata) metadata[printable(key)] = printable(value);
  const bool is_ours = metadata.value("format", "") == "dcgan";
  const int network = example_network(file.tensors);
  Json out = {{"kind", is_ours        ? "exported model"
                       : network == 1 ? "generator of PyTorch's DCGAN example"
                       : network == 2 ? "discriminator of PyTorch's DCGAN example"
                                      : "weights of another program"},
              {"path", shown(path)},
              {"bytes", fs::file_size(path)},
              {"file", looks_like_state_dict(path) ? "state dict of torch.save" : "safetensors"},
              {"metadata", metadata},
              {"weights", describe_tensors(shapes, "")},
              {"others", file.others},
              {"use", Json::array()}};
  const std::string first = network == 2 ? "netG.pth " : "";
  if (is_ours || network > 0) out["use"].push_back("dcgan import " + first + shown(path) + " --out imported.ckpt");
  return out;
}

Json describe_data(const fs::path& path) {
  const auto source = open_source(path);
  std::map<std::string, int64_t> formats, sizes;
  std::vector<int64_t> per_class(source->count() > 0 ? source->classes().size() : 0);
  int64_t pictures = 0;
  for (int64_t i = 0; i < source->count(); ++i) {
    throw_if_stopped("while the pictures were looked at");
    const Probe probe = source->probe(i);
    if (!probe.problem.empty()) continue;
    ++pictures;
    if (probe.format != ImageFormat::kUnknown) ++formats[format_name(probe.format)];
    ++sizes[std::to_string(probe.width) + " x " + std::to_string(probe.height)];
    if (const int32_t label = source->label(i); label >= 0) ++per_class[static_cast<size_t>(label)];
  }
  Json classes = Json::object();
  for (size_t c = 0; c < per_class.size(); ++c) classes[printable(source->classes()[c])] = per_class[c];
  return {{"kind", "data"},
          {"path", shown(path)},
          {"source", source->kind()},
          {"files", source->count()},
          {"pictures", pictures},
          {"formats", formats},
          {"sizes", sizes},
          {"classes", classes},
          {"remarks", source->remarks()},
          {"use", {"dcgan doctor " + shown(path), "dcgan train " + shown(path)}}};
}

Json describe_pack(const fs::path& path) {
  const PackSet pack(path);
  const auto& info = pack.info();
  std::vector<int64_t> per_class(info.classes.size());
  for (int64_t i = 0; i < info.count; ++i)
    if (const int32_t label = pack.label(i); label >= 0) ++per_class[static_cast<size_t>(label)];
  Json classes = Json::object(), skipped = Json::array();
  for (size_t c = 0; c < per_class.size(); ++c) classes[info.classes[c]] = per_class[c];
  for (const auto& one : info.skipped) skipped.push_back({{"name", one.name}, {"reason", one.reason}});
  return {{"kind", "pack"},
          {"path", shown(path)},
          {"bytes", pack.bytes()},
          {"shards", pack.shards()},
          {"pictures", info.count},
          {"size", to_text(info.size)},
          {"channels", info.channels},
          {"classes", classes},
          {"identity", info.identity},
          {"packed_from", pack.origin().data},
          {"changed_since", is_stale(pack.origin())},
          {"options", pack.origin().options},
          {"skipped", skipped},
          {"use", {"dcgan train " + shown(path), "dcgan data unpack " + shown(path) + " --out FOLDER"}}};
}

/// One PNG, and what it says of itself.
Json describe_png(const fs::path& path) {
  const std::string bytes = read_file(path);
  const Probe probe = probe_image(bytes);
  if (!probe.problem.empty()) throw Error("'" + shown(path) + "': " + probe.problem);
  Json text = Json::object();
  for (const auto& [keyword, value] : png_text(bytes)) text[printable(keyword)] = printable(value);
  return {{"kind", text.contains("dcgan:model") ? "generated picture" : "picture"},
          {"path", shown(path)},
          {"bytes", bytes.size()},
          {"size", std::to_string(probe.width) + " x " + std::to_string(probe.height)},
          {"mode", probe.mode},
          {"text", text},
          {"use", Json::array()}};
}

/// An array of NumPy's: images, latents or features, by its shape.
Json describe_npy(const fs::path& path) {
  const MappedFile file(path);
  const NpyArray array =
      read_npy({reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()}, "'" + shown(path) + "'");
  const bool is_images = array.type == ElementType::kU8 && array.shape.size() == 4;
  const bool is_rows = array.shape.size() == 2 && array.type != ElementType::kU8;
  Json use = Json::array({"Python: numpy.load('" + shown(path) + "')"});
  if (is_rows) use.push_back("as latents: dcgan sample MODEL --latents " + shown(path) + " --out sheet.png");
  return {{"kind", is_images ? "array of images"
                   : is_rows ? "array of latents or features"
                             : "array"},
          {"path", shown(path)},
          {"bytes", file.bytes().size()},
          {"shape", array.shape},
          {"bytes_an_element", bytes_of(array.type)},
          {"use", use}};
}

bool looks_like_png(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && probe_image(read_file(path, 64)).format == ImageFormat::kPng;
}

Json describe(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) throw UsageError("there is no '" + shown(path) + "'", "check the path");
  if (is_run_directory(path)) return describe_run(path);
  if (looks_like_archive(path)) return describe_checkpoint(path);
  if (looks_like_weights(path)) return describe_weights(path);
  if (looks_like_onnx(path)) return describe_onnx(path);
  if (looks_like_torchscript(path)) return describe_export(path);
  if (looks_like_pack(path)) return describe_pack(path);
  if (looks_like_png(path)) return describe_png(path);
  if (fs::is_regular_file(path, ignored) && looks_like_npy(read_file(path, 16))) return describe_npy(path);
  try {
    Json data = describe_data(path);
    if (data["pictures"] == 0) throw UsageError("no picture in it");
    return data;
  } catch (const UsageError&) {
    throw Error("'" + shown(path) + "' is none of ours: no run, checkpoint, exported generator, pack or data",
                "give the path of one of these; if it was one, copy it again");
  }
}

/// A value as a person reads it; "" for what is empty.
std::string value_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return with_commas(value.get<int64_t>());
  return value.is_null() || value.empty() ? "" : compact(value);
}

/// An object as lines, two blanks deeper each level. Counters of BatchNorm say nothing to a person.
void print(const Json& json, int depth) {
  constexpr int kColumn = 30;
  const std::string blanks(static_cast<size_t>(2 * depth), ' ');
  for (const auto& [key, value] : json.items()) {
    if (key == "use" || key.ends_with("num_batches_tracked")) continue;
    if (value.is_object() && !value.empty()) {
      std::printf("%s%s:\n", blanks.c_str(), key.c_str());
      print(value, depth + 1);
    } else if (const std::string text = value_text(value); !text.empty()) {
      std::printf("%s%-*s %s\n", blanks.c_str(), kColumn - 2 * depth, (key + ":").c_str(), text.c_str());
    }
  }
}

void print_use(const Json& found) {
  if (found["use"].empty()) return;
  std::printf("use it:\n");
  for (const auto& line : found["use"]) std::printf("  %s\n", line.get<std::string>().c_str());
}

void inspect(const Invocation& invocation, InspectCommand& command) {
  const Json found = describe(invocation.positional(0));
  if (command.json)
    std::printf("%s", pretty(found).c_str());
  else
    print(found, 0), print_use(found);
}

}  // namespace

Verb inspect_verb() {
  Verb verb;
  verb.name = "inspect";
  verb.help = "say what a run, checkpoint, exported model, weights, picture or data folder is, and how to use it";
  verb.positionals = {
      {"PATH", "run directory, checkpoint, exported generator, weights of other programs, PNG, pack, or data"}};
  set_options<InspectCommand>(verb, inspect);
  return verb;
}

}  // namespace dcgan
