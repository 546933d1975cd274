// `dcgan import`: weights of other programs as a checkpoint.
#include <cstdio>

#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "dataset/zip.hpp"
#include "exchange/import.hpp"

namespace dcgan {
namespace {

struct ImportCommand {
  std::string out;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("out", out, "the checkpoint to write", any_text("FILE.ckpt"));
  }
};

void import_model(const Invocation& invocation, ImportCommand& command) {
  if (command.out.empty()) throw UsageError("--out is missing: the checkpoint to write", "add --out imported.ckpt");
  std::vector<fs::path> files;
  for (const auto& file : invocation.positionals) {
    check_named_is_there(file);
    if (!looks_like_weights(file) && !looks_like_zip(file))  // of a damaged ZIP archive its reader says more
      throw UsageError("'" + shown(file) + "' is neither a state dict of torch.save nor safetensors",
                       "`dcgan inspect " + shell_word(file) + "` says what it is");
    files.emplace_back(file);
  }
  const ImportedModel model = read_model(files);
  write_checkpoint(command.out, model);
  const std::string out = shown(command.out), use = shell_word(command.out);
  std::printf("wrote %s: a generator of %s pixels, %s%s\n", out.c_str(), to_text(model.plan.shape.size()).c_str(),
              counted(model.plan.image_channels, "channel").c_str(),
              model.has_discriminator() ? ", and its discriminator" : "; no discriminator");
  std::printf("use it:\n  dcgan sample %s --out sheet.png\n  dcgan export %s --out generator.pt\n", use.c_str(),
              use.c_str());
  // The default's penalties and BatchNorm in D exclude one another: the settings of the example.
  const bool has_batch_norm = model.plan.options.has_batch_norm_d();
  if (model.has_discriminator())
    std::printf("  dcgan train DATA --init-from %s%s\n", use.c_str(),
                has_batch_norm ? " --loss bce --r1 0 --r2 0 --lr 0.0002 --beta1 0.5" : "");
}

}  // namespace

Verb import_verb() {
  Verb verb;
  verb.name = "import";
  verb.help = "read a generator, and a discriminator, that another program wrote";
  verb.details =
      "FILE: netG.pth of PyTorch's DCGAN example, and as MORE its netD.pth; or a safetensors file of `dcgan export`.\n"
      "Nothing in a file is ever run: its pickle is read by a list of known names. See docs/formats.md.";
  verb.positionals = {{"FILE", "state dict (.pth) or safetensors"},
                      {"MORE", "the other network of the same kind of file", false}};
  set_options<ImportCommand>(verb, import_model);
  return verb;
}

}  // namespace dcgan
