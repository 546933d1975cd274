// `dcgan export`: a model for other programs.
#include <cstdio>
#include <map>

#include "cli/picture_files.hpp"
#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "exchange/discriminator.hpp"
#include "exchange/import.hpp"
#include "exchange/onnx.hpp"
#include "exchange/torchscript.hpp"

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
          "TorchScript, ONNX, PyTorch's example's state dict, or safetensors; auto: by the ending, .pt, .onnx, .pth or "
          ".safetensors",
          one_of({"auto", "torchscript", "onnx", "state-dict", "safetensors"}));
    visit("network", network, "of a state dict; safetensors hold both, TorchScript and ONNX the generator",
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
    throw UsageError("--out is '" + printable(command.out) + "': its ending says no format",
                     "name a .pt, .onnx, .pth or .safetensors, or say --format");
  return found->second;
}

void refuse(bool given, const std::string& option, const std::string& format, const std::string& why) {
  if (given)
    throw UsageError(option + " and --format " + format + " exclude one another: " + why, "leave one of them out");
}

void say_written(const ExportCommand& command, const GeneratorInfo& info, const std::string& what) {
  std::printf("wrote %s from %s (%s images seen): %s\n", shown(command.out).c_str(), info.origin.c_str(),
              with_commas(info.images_seen).c_str(), what.c_str());
}

void export_state_dict(const ExportCommand& command, const fs::path& model, const LoadedNetwork& loaded) {
  if (command.network == "generator") {
    write_state_dict(command.out, to_example(*loaded.net));
    return say_written(
        command, loaded.info,
        std::string("netG of PyTorch's example, ") + (command.model.ema ? "moving average" : "plain weights"));
  }
  write_state_dict(command.out, to_example(*load_discriminator(model, loaded, command.model.at)));
  say_written(command, loaded.info, "netD of PyTorch's example");
}

void export_model(const Invocation& invocation, ExportCommand& command) {
  if (command.out.empty()) throw UsageError("--out is missing: the file to write", "add --out generator.pt");
  const std::string format = format_of(command);
  check_place(command.out);
  const bool is_discriminator = command.network == "discriminator";
  if (format != "state-dict")
    refuse(is_discriminator, "--network discriminator", format, "only a state dict holds one network of a choice");
  refuse(format == "safetensors" && !command.model.ema, "--no-ema", format,
         "safetensors hold the weights as they are beside the moving average");
  refuse(format != "torchscript" && command.script.weights != "float32", "--weights " + command.script.weights, format,
         "other files hold float32");
  refuse(format != "torchscript" && command.script.freeze, "--freeze", format, "it is no program");
  refuse(is_discriminator && !command.model.ema, "--no-ema", "state-dict --network discriminator",
         "a discriminator has no moving average");
  const fs::path model = invocation.positional(0);
  if (looks_like_torchscript(model) && !looks_like_weights(model))
    throw UsageError("'" + shown(model) + "' is an exported generator already", "copy the file");
  const auto loaded = load_network(model, command.model);
  if (format == "safetensors") {
    write_model_safetensors(command.out, checkpoint_of(model, command.model.at));
    say_written(command, loaded.info, "generator, discriminator and moving average");
  } else if (format == "state-dict") {
    export_state_dict(command, model, loaded);
  } else if (format == "onnx") {
    export_onnx(loaded.net, loaded.info, command.out);
    say_written(command, loaded.info,
                std::string(command.model.ema ? "moving average" : "plain weights") + ", taken by ONNX's checker");
  } else {
    export_torchscript(loaded.net, loaded.info, command.out, command.script);
    say_written(command, loaded.info,
                std::string(command.model.ema ? "moving average" : "plain weights") + ", read back and compared");
  }
}

}  // namespace

Verb export_verb() {
  Verb verb;
  verb.name = "export";
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
