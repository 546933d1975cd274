// `dcgan export`: a model for other programs.
#include <cstdio>
#include <map>

#include "cli/model_options.hpp"
#include "cli/picture_files.hpp"
#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "exchange/discriminator.hpp"
#include "exchange/example_networks.hpp"
#include "exchange/model_safetensors.hpp"
#include "exchange/onnx.hpp"
#include "exchange/torchscript.hpp"
#include "exchange/weights_file.hpp"

namespace dcgan {
namespace {

struct ExportCommand {
  std::string out;
  std::string format = "auto";
  std::string network = "generator";
  ScriptOptions script;
  ModelChoice model;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("out", out, "the file to write", any_text("FILE"));
    visit("format", format,
          "TorchScript, ONNX, PyTorch's example's state dict, or safetensors; auto: by the extension, .pt, .onnx, .pth "
          "or .safetensors",
          one_of({"auto", "torchscript", "onnx", "state-dict", "safetensors"}));
    visit("network", network, "of TorchScript or a state dict; safetensors hold both, ONNX the generator",
          one_of({"generator", "discriminator"}));
    script.fields(visit);
    model.fields(visit);
  }
};

/// Leaves no "auto".
std::string format_of(const ExportCommand& command) {
  if (command.format != "auto") return command.format;
  const std::map<std::string, std::string> by_ending = {
      {".pt", "torchscript"}, {".ts", "torchscript"}, {".torchscript", "torchscript"}, {"", "torchscript"},
      {".pth", "state-dict"}, {".onnx", "onnx"},      {".safetensors", "safetensors"}};
  const auto found = by_ending.find(lowercase(fs::path(command.out).extension().native()));
  if (found == by_ending.end())
    throw UsageError("--out is '" + printable(command.out) + "': its extension names no format",
                     "name a .pt, .onnx, .pth or .safetensors, or use --format");
  return found->second;
}

void refuse(bool given, const std::string& one, const std::string& other, const std::string& why) {
  if (given) throw UsageError(one + " and " + other + " conflict: " + why, "leave one of them out");
}

void check_choices(const ExportCommand& command, const std::string& format) {
  const std::string choice = "--format " + format;
  if (command.network == "discriminator") {
    refuse(format == "safetensors", "--network discriminator", choice, "the file holds both networks");
    refuse(format == "onnx", "--network discriminator", choice, "only generators are written as ONNX");
    refuse(!command.model.ema, "--no-ema", "--network discriminator", "a discriminator has no moving average");
  }
  refuse(format == "safetensors" && !command.model.ema, "--no-ema", choice,
         "safetensors hold the weights as they are besides the moving average");
  refuse(format != "torchscript" && format != "safetensors" && command.script.weights != "float32",
         "--weights " + command.script.weights, choice, "such files hold float32");
  refuse(format != "torchscript" && command.script.freeze, "--freeze", choice, "it is not a program");
}

/// What was read, and what is in the file.
struct Written {
  std::string origin;
  int64_t images_seen;
  std::string what;
};

Written write_discriminator(const ExportCommand& command, const std::string& format, const fs::path& model) {
  const LoadedNetwork loaded = load_network(model, command.model);
  const DiscriminatorNet net = load_discriminator(model, loaded, command.model.at);
  if (format == "state-dict")
    write_state_dict(command.out, to_example(*net));
  else
    export_torchscript(net, loaded.info, command.out, command.script);
  return {loaded.info.origin, loaded.info.images_seen,
          format == "state-dict" ? "netD of PyTorch's example" : "discriminator, read back and compared"};
}

Written write_generator(const ExportCommand& command, const std::string& format, const fs::path& model) {
  const GeneratorOperations generator = load_operations(model, command.model);
  const GeneratorInfo& info = generator.info;
  const std::string weights = info.ema ? "moving average" : "plain weights";
  if (format == "state-dict") {
    write_state_dict(command.out, to_example(generator.layers, generator.counters));
    return {info.origin, info.images_seen, "netG of PyTorch's example, " + weights};
  }
  if (format == "onnx") {
    export_onnx(generator, command.out);
    return {info.origin, info.images_seen, weights + ", taken by ONNX's checker"};
  }
  export_torchscript(generator, command.out, command.script);
  return {info.origin, info.images_seen, weights + ", read back and compared"};
}

/// All that the file has.
Written write_both(const ExportCommand& command, const fs::path& model) {
  const ModelFile file(checkpoint_of(model, command.model.at));
  write_model_safetensors(command.out, file, command.script.weights);
  const bool has_average = file.has(kAveragePart);
  std::vector<std::string> parts;
  if (file.has(kGeneratorPart) && (command.script.weights == "float32" || !has_average)) parts.push_back("generator");
  if (file.has(kDiscriminatorPart)) parts.push_back("discriminator");
  if (has_average) parts.push_back("moving average");
  std::string what = parts.back();
  if (parts.size() > 1) {
    parts.pop_back();
    what = joined(parts, ", ") + " and " + what;
  }
  return {shown(file.path()), file.images_seen(),
          what + (command.script.weights == "float32" ? "" : ", in numbers of two bytes")};
}

void export_model(const Invocation& invocation, ExportCommand& command) {
  if (command.out.empty()) throw UsageError("--out is missing: the file to write", "add --out generator.pt");
  const std::string format = format_of(command);
  check_place(command.out);
  check_choices(command, format);
  const fs::path model = invocation.positional(0);
  settle_threads();
  const Written written = format == "safetensors"              ? write_both(command, model)
                          : command.network == "discriminator" ? write_discriminator(command, format, model)
                                                               : write_generator(command, format, model);
  std::printf("wrote %s from %s (%s images seen): %s\n", shown(command.out).c_str(), written.origin.c_str(),
              with_commas(written.images_seen).c_str(), written.what.c_str());
}

}  // namespace

Verb export_verb() {
  Verb verb;
  verb.name = "export";
  verb.group = "Take away";
  verb.examples = {"dcgan export runs/first --out generator.pt", "dcgan export runs/first --out generator.onnx",
                   "dcgan export runs/first --out model.safetensors --weights float16"};
  verb.help = "write a model for other programs: TorchScript, ONNX, a state dict, safetensors";
  verb.details =
      "TorchScript: torch.jit.load(FILE)(torch.randn(1, LATENT)) in Python, torch::jit::load(FILE) in C++. See "
      "docs/export.md\n"
      "and, for the other formats, docs/formats.md.\n"
      "Safetensors hold both networks: every verb reads them, and `train --init-from` begins with them. With "
      "--weights\n"
      "float16 or bf16 they take half the bytes, and leave out the weights of G besides their moving average.";
  verb.positionals = {{"MODEL", "run directory, checkpoint or exported model (.pt, .safetensors)"}};
  set_options<ExportCommand>(verb, export_model);
  return verb;
}

}  // namespace dcgan
