// `dcgan sample`: images from a trained generator, as one sheet or as files.
#include <cstdio>
#include <set>

#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/platform/file.hpp"
#include "core/text.hpp"
#include "image/sheet.hpp"
#include "latent/images.hpp"

namespace dcgan {
namespace {

struct SampleCommand {
  std::string out;
  int64_t count = 64;
  int64_t seed = 0;
  std::optional<int64_t> columns;
  std::string images;
  bool labels = false;
  ModelChoice model;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("out", out, "a .png for one sheet, anything else for a folder of separate files", any_text("PATH"));
    visit("count", count, "images 0, 1, 2... of the seed", within(1, 1e8, "images"));
    visit("seed", seed, "seed of images named by their index alone", within(0, 9e18));
    visit("columns", columns, "of the sheet; auto: about square", automatic(within(1, 10000)));
    visit("images", images, "names instead of --count, like 3,17,40-49 or, with a seed, 7:3", any_text("LIST"));
    visit("labels", labels, "write each image's name under it", {});
    model.fields(visit);
  }
};

constexpr int64_t kMostSheetPixels = 64'000'000;

/// Room for the longest name under a picture.
int64_t caption_width(const ImageNames& names) {
  std::string longest;
  for (int64_t i = 0; i < names.size(); ++i)
    if (std::string text = names[i].text(); text.size() > longest.size()) longest = std::move(text);
  return Sheet::caption_width(longest);
}

/// "000003.png"; with another seed than the default "7_000003.png".
std::string file_name(const ImageName& name, uint64_t default_seed) {
  return (name.seed == default_seed ? "" : std::to_string(name.seed) + "_") + zero_padded(name.index, 6) + ".png";
}

void sample(const Invocation& invocation, SampleCommand& command) {
  if (command.out.empty())
    throw UsageError("--out is missing: where the images go", "add --out sheet.png, or --out FOLDER");
  const fs::path out(command.out);
  const std::string extension = lowercase(out.extension().native());
  static const std::set<std::string> others = {".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm"};
  if (others.contains(extension))
    throw UsageError("--out is '" + printable(command.out) + "': only PNG is written",
                     "name a .png for one sheet, or a folder");
  const auto seed = static_cast<uint64_t>(command.seed);
  ImageNames names;
  if (command.images.empty()) {
    names.add(seed, 0, command.count - 1);
  } else {
    for (const auto& [name, text] : invocation.given)
      if (name == "count") throw UsageError("--images and --count are both a choice of images", "give one of them");
    names = parse_image_names(command.images, seed);
  }
  const auto generator = open_generator(invocation.positional(0), command.model);
  const auto& info = generator->info();
  if (extension == ".png") {
    Sheet::Layout layout;
    layout.count = names.size(), layout.columns = command.columns.value_or(square_columns(names.size()));
    layout.width = info.width, layout.height = info.height, layout.channels = info.channels;
    if (command.labels) layout.caption_width = caption_width(names);
    if (layout.sheet_width() > kMostSheetPixels / layout.sheet_height())
      throw UsageError(
          "a sheet of " + counted(names.size(), "image") + " would have " + std::to_string(layout.sheet_width()) +
              " x " + std::to_string(layout.sheet_height()) + " pixels, more than 64 megapixels",
          "give a folder instead, like --out " + shown(out.parent_path() / out.stem()) + "/, for separate files");
    std::error_code problem;
    if (out.has_parent_path() && !fs::is_directory(out.parent_path(), problem))
      throw UsageError("--out '" + shown(out) + "': there is no folder '" + shown(out.parent_path()) + "'",
                       "make it first");
    Sheet sheet(layout);
    generate(*generator, names, [&](int64_t i, const Image& image) { sheet.put(i, image, names[i].text()); });
    write_file(out, encode_png(sheet.image()));
  } else {
    if (command.labels || command.columns)
      throw UsageError("--labels and --columns are for a sheet, and --out names a folder", "name a .png");
    std::error_code problem;
    if (fs::exists(out, problem) && !(fs::is_directory(out, problem) && fs::is_empty(out, problem)))
      throw UsageError("--out '" + shown(out) + "' is there and not an empty folder", "choose another, or empty it");
    make_directories(out);
    generate(*generator, names, [&](int64_t i, const Image& image) {
      write_file(out / file_name(names[i], seed), encode_png(image), /*synced=*/false);
    });
  }
  std::printf("%s from %s (%s images seen, %s) in %s\n", counted(names.size(), "image").c_str(), info.origin.c_str(),
              with_commas(info.images_seen).c_str(), info.ema ? "moving average" : "plain weights", shown(out).c_str());
}

}  // namespace

Verb sample_verb() {
  Verb verb;
  verb.name = "sample";
  verb.help = "draw images from a trained generator";
  verb.details =
      "MODEL: a run directory (its newest checkpoint), a checkpoint, or an exported generator.\n"
      "An image's name is its index, or seed:index. It is the same picture alone, in a sheet and from an export.";
  verb.positionals = {{"MODEL", "run directory, checkpoint or exported generator"}};
  set_options<SampleCommand>(verb, sample);
  return verb;
}

}  // namespace dcgan
