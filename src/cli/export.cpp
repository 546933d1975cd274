// `dcgan export`: the generator as TorchScript.
#include <cstdio>
#include <set>

#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "exchange/torchscript.hpp"

namespace dcgan {
namespace {

struct ExportCommand {
  std::string out;
  ModelChoice model;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("out", out, "the file to write", any_text("FILE.pt"));
    model.fields(visit);
  }
};

void export_model(const Invocation& invocation, ExportCommand& command) {
  if (command.out.empty()) throw UsageError("--out is missing: the file to write", "add --out generator.pt");
  static const std::set<std::string> endings = {".pt", ".pth", ".ts", ".torchscript", ""};
  if (!endings.contains(lowercase(fs::path(command.out).extension().native())))
    throw UsageError("--out is '" + printable(command.out) + "': only TorchScript is written", "name a .pt");
  const fs::path model = invocation.positional(0);
  if (looks_like_torchscript(model))
    throw UsageError("'" + shown(model) + "' is an exported generator already", "copy the file");
  const auto loaded = load_network(model, command.model);
  export_torchscript(loaded.net, loaded.info, command.out);
  std::printf("wrote %s from %s (%s images seen, %s): read back and compared\n", shown(command.out).c_str(),
              loaded.info.origin.c_str(), with_commas(loaded.info.images_seen).c_str(),
              command.model.ema ? "moving average" : "plain weights");
}

}  // namespace

Verb export_verb() {
  Verb verb;
  verb.name = "export";
  verb.help = "write the generator as TorchScript for other programs";
  verb.details =
      "Python: torch.jit.load(FILE)(torch.randn(1, LATENT)). C++: torch::jit::load(FILE). See docs/export.md.";
  verb.positionals = {{"MODEL", "run directory or checkpoint"}};
  set_options<ExportCommand>(verb, export_model);
  return verb;
}

}  // namespace dcgan
