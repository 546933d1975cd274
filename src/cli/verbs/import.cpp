// `dcgan import`: weights of other programs as a checkpoint.
#include <algorithm>
#include <cstdio>

#include "checkpoint/archive.hpp"
#include "cli/picture_files.hpp"
#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "eval/trained_file.hpp"
#include "exchange/import.hpp"
#include "formats/foreign_models.hpp"
#include "formats/zip.hpp"

namespace dcgan {
namespace {

struct ImportCommand {
  std::string out, key;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("out", out, "the checkpoint to write; of a feature network a safetensors file", any_text("FILE.ckpt"));
    visit("key", key, "which network, where a file holds several generators or several discriminators",
          repeated(any_text("NAME")));
  }
};

/// What was given for --key: once a network.
std::vector<std::string> keys_of(const std::string& list) {
  std::vector<std::string> keys;
  for (size_t from = 0; from <= list.size() && !list.empty();) {
    const size_t comma = std::min(list.find(',', from), list.size());
    keys.push_back(list.substr(from, comma - from));
    from = comma + 1;
  }
  return keys;
}

/// Throws UsageError for what is no file of weights, saying what it is.
void check_is_weights(const fs::path& file) {
  if (looks_like_archive(file))
    throw UsageError("'" + shown(file) + "' is a checkpoint of dcgan, and needs no import",
                     "use it as it is: dcgan sample " + shell_word(file.native()) + " --out sheet.png");
  if (looks_like_weights(file)) return;
  if (const auto foreign = foreign_model(file))
    throw UsageError("'" + shown(file) + "' is " + foreign->what, foreign->hint);
  if (!looks_like_zip(file))  // of a damaged ZIP archive its reader says more
    throw UsageError("'" + shown(file) + "' is neither a file of torch.save nor safetensors",
                     "save weights from PyTorch: torch.save(netG.state_dict(), 'netG.pth'); `dcgan inspect " +
                         shell_word(file.native()) + "` may say what it is");
}

/// What the weights are that figures are computed by.
void import_feature_network(const WeightsFile& file, const std::string& origin, const fs::path& out) {
  const EfficientNetLite& kind = make_trained_file(file, origin, out);
  std::printf("wrote %s: a feature network, %s\nuse it:\n  dcgan eval MODEL --data PHOTOS/ --features %s\n",
              shown(out).c_str(), kind.name, shell_word(out.native()).c_str());
}

void import_model(const Invocation& invocation, ImportCommand& command) {
  if (command.out.empty()) throw UsageError("--out is missing: the checkpoint to write", "add --out imported.ckpt");
  check_place(command.out);
  std::vector<fs::path> files;
  for (const auto& file : invocation.positionals) {
    check_named_is_there(file);
    check_is_weights(file);
    files.emplace_back(file);
  }
  if (files.size() == 1)
    if (const WeightsFile file = read_weights(files[0]); is_efficientnet(file))
      return import_feature_network(file, "'" + shown(files[0]) + "'", command.out);
  const ImportedModel model = read_model(files, keys_of(command.key));
  write_checkpoint(command.out, model);
  const std::string out = shown(command.out), use = shell_word(command.out);
  std::printf("wrote %s: a generator of %s pixels, %s%s\n", out.c_str(), to_text(model.plan.shape.size()).c_str(),
              counted(model.plan.image_channels, "channel").c_str(),
              model.has_discriminator() ? ", and its discriminator" : "; no discriminator");
  for (const auto& note : model.notes) std::printf("note: %s\n", note.c_str());
  std::printf("use it:\n  dcgan sample %s --out sheet.png\n  dcgan export %s --out generator.pt\n", use.c_str(),
              use.c_str());
  // The default's penalties and BatchNorm in D conflict: the settings of the example.
  const bool has_batch_norm = model.has_discriminator() && model.plan.options.has_batch_norm_d();
  std::printf("  dcgan train DATA --init-from %s%s\n", use.c_str(),
              has_batch_norm ? " --loss bce --r1 0 --r2 0 --lr 0.0002 --beta1 0.5" : "");
}

}  // namespace

Verb import_verb() {
  Verb verb;
  verb.name = "import";
  verb.group = "Take away";
  verb.examples = {"dcgan import netG.pth --out imported.ckpt"};
  verb.help = "read a generator, and a discriminator, that another program wrote";
  verb.details =
      "FILE: netG.pth of PyTorch's DCGAN example, and as MORE its netD.pth; or one file that holds both, among other\n"
      "things and under any names; or a safetensors file of `dcgan export`, which the other verbs read as it is. Of\n"
      "EfficientNet-Lite's weights a feature network is made, for `dcgan eval --features`. Nothing in a file is ever\n"
      "run. See docs/formats.md.";
  verb.positionals = {{"FILE", "state dict (.pth) or safetensors"},
                      {"MORE", "the other network of the same kind of file", false}};
  set_options<ImportCommand>(verb, import_model);
  return verb;
}

}  // namespace dcgan
