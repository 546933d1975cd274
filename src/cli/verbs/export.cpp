// `dcgan export`: a model for other programs.
#include <cstdio>
#include <map>

#include "cli/model_options.hpp"
#include "cli/picture_files.hpp"
#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "exchange/discriminator.hpp"
#include "exchange/import.hpp"
#include "exchange/onnx.hpp"
#include "exchange/torchscript.hpp"
#include "formats/foreign_models.hpp"

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
  refuse(format != "torchscript" && command.script.weights != "float32", "--weights " + command.script.weights, choice,
         "other files hold float32");
  refuse(format != "torchscript" && command.script.freeze, "--freeze", choice, "it is not a program");
}

/// Says what is in the file.
std::string write_discriminator(const ExportCommand& command, const std::string& format, const fs::path& model,
                                const LoadedNetwork& loaded) {
  const DiscriminatorNet net = load_discriminator(model, loaded, command.model.at);
  if (format == "state-dict") {
    write_state_dict(command.out, to_example(*net));
    return "netD of PyTorch's example";
  }
  export_torchscript(net, loaded.info, command.out, command.script);
  return "discriminator, read back and compared";
}

/// The same.
std::string write_generator(const ExportCommand& command, const std::string& format, const LoadedNetwork& loaded) {
  const std::string weights = command.model.ema ? "moving average" : "plain weights";
  if (format == "state-dict") {
    write_state_dict(command.out, to_example(*loaded.net));
    return "netG of PyTorch's example, " + weights;
  }
  if (format == "onnx") {
    export_onnx(loaded.net, loaded.info, command.out);
    return weights + ", taken by ONNX's checker";
  }
  export_torchscript(loaded.net, loaded.info, command.out, command.script);
  return weights + ", read back and compared";
}

void export_model(const Invocation& invocation, ExportCommand& command) {
  if (command.out.empty()) throw UsageError("--out is missing: the file to write", "add --out generator.pt");
  const std::string format = format_of(command);
  check_place(command.out);
  check_choices(command, format);
  const fs::path model = invocation.positional(0);
  if (looks_like_torchscript(model) && !looks_like_weights(model) && !foreign_model(model))
    throw UsageError("'" + shown(model) + "' is an exported network already",
                     "copy the file; for another format export the run or checkpoint that it was made of");
  const auto loaded = load_network(model, command.model);
  settle_threads();
  std::string what = "generator, discriminator and moving average";
  if (format == "safetensors")
    write_model_safetensors(command.out, checkpoint_of(model, command.model.at));
  else if (command.network == "discriminator")
    what = write_discriminator(command, format, model, loaded);
  else
    what = write_generator(command, format, loaded);
  std::printf("wrote %s from %s (%s images seen): %s\n", shown(command.out).c_str(), loaded.info.origin.c_str(),
              with_commas(loaded.info.images_seen).c_str(), what.c_str());
}

}  // namespace

Verb export_verb() {
  Verb verb;
  verb.name = "export";
  verb.group = "Take away";
  verb.examples = {"dcgan export runs/first --out generator.pt", "dcgan export runs/first --out generator.onnx"};
  verb.help = "write a model for other programs: TorchScript, ONNX, a state dict, safetensors";
  verb.details =
      "TorchScript: torch.jit.load(FILE)(torch.randn(1, LATENT)) in Python, torch::jit::load(FILE) in C++. See "
      "docs/export.md\n"
      "and, for the other formats, docs/formats.md.";
  verb.positionals = {{"MODEL", "run directory or checkpoint"}};
  set_options<ExportCommand>(verb, export_model);
  return verb;
}

}  // namespace dcgan
