// `dcgan sample`: images from a trained generator, as one sheet or as files.
#include <algorithm>
#include <cstdio>
#include <optional>
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
  std::string classes;
  bool labels = false;
  ModelChoice model;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("out", out, "a .png for one sheet, anything else for a folder of separate files", any_text("PATH"));
    visit("count", count, "images 0, 1, 2... of the seed", within(1, 1e8, "images"));
    visit("seed", seed, "seed of images named by their index alone", within(0, 9e18));
    visit("columns", columns, "of the sheet; auto: about square, or one row a class", automatic(within(1, 10000)));
    visit("images", images, "names instead of --count, like 3,17,40-49 or, with a seed, 7:3", any_text("LIST"));
    visit("class", classes,
          "class by name or number, several as a list or repeated, taken in turn; without: all in turn",
          repeated(any_text("NAME")));
    visit("labels", labels, "write each image's name, and class, under it", {});
    model.fields(visit);
  }
};

constexpr int64_t kMostSheetPixels = 64'000'000;

/// What stands under a picture: its name, and its class.
class Captions {
 public:
  Captions(const GeneratorInfo& info, const ImageClasses& classes) : info_(info), classes_(classes) {}

  std::string text(const ImageName& name) const {
    if (classes_.count() == 0) return name.text();
    return name.text() + " " + info_.class_names[static_cast<size_t>(classes_[name.index])];
  }
  /// Room for the longest.
  int64_t width(const ImageNames& names) const {
    std::string longest;
    for (int64_t i = 0; i < names.size(); ++i)
      if (std::string one = text(names[i]); one.size() > longest.size()) longest = std::move(one);
    return Sheet::caption_width(longest);
  }

 private:
  const GeneratorInfo& info_;
  const ImageClasses& classes_;
};

/// "000003.png"; with another seed than the default "7_000003.png".
std::string file_name(const ImageName& name, uint64_t default_seed) {
  return (name.seed == default_seed ? "" : std::to_string(name.seed) + "_") + zero_padded(name.index, 6) + ".png";
}

void check_sample_out(const std::string& text) {
  if (text.empty()) throw UsageError("--out is missing: where the images go", "add --out sheet.png, or --out FOLDER");
  static const std::set<std::string> others = {".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm"};
  if (others.contains(lowercase(fs::path(text).extension().native())))
    throw UsageError("--out is '" + printable(text) + "': only PNG is written",
                     "name a .png for one sheet, or a folder");
}

ImageNames names_asked_for(const Invocation& invocation, const SampleCommand& command) {
  const auto seed = static_cast<uint64_t>(command.seed);
  if (!command.images.empty()) {
    if (invocation.is_given("count"))
      throw UsageError("--images and --count are both a choice of images", "give one of them");
    return parse_image_names(command.images, seed);
  }
  ImageNames names;
  names.add(seed, 0, command.count - 1);
  return names;
}

/// One row a class, if there are several and neither names nor columns are asked for.
std::optional<ClassRows> class_rows(const SampleCommand& command, const ImageClasses& classes) {
  if (classes.count() < 2 || !command.images.empty() || command.columns) return std::nullopt;
  return ClassRows(classes.count(), command.count);
}

void write_sheet(Generator& generator, const SampleCommand& command, const ImageNames& names,
                 const ImageClasses& classes, const std::optional<ClassRows>& rows) {
  const fs::path out(command.out);
  const auto& info = generator.info();
  const Captions captions(info, classes);
  Sheet::Layout layout;
  layout.count = names.size();
  layout.columns = rows ? rows->columns : command.columns.value_or(square_columns(names.size()));
  layout.width = info.width, layout.height = info.height, layout.channels = info.channels;
  if (command.labels) layout.caption_width = captions.width(names);
  if (layout.sheet_width() > kMostSheetPixels / layout.sheet_height())
    throw UsageError(
        "a sheet of " + counted(names.size(), "image") + " would have " + std::to_string(layout.sheet_width()) + " x " +
            std::to_string(layout.sheet_height()) + " pixels, more than 64 megapixels",
        "give a folder instead, like --out " + shown(out.parent_path() / out.stem()) + "/, for separate files");
  std::error_code problem;
  if (out.has_parent_path() && !fs::is_directory(out.parent_path(), problem))
    throw UsageError("--out '" + shown(out) + "': there is no folder '" + shown(out.parent_path()) + "'",
                     "make it first");
  Sheet sheet(layout);
  generate(generator, names, classes, [&](int64_t i, const Image& image) {
    sheet.put(rows ? rows->place(i) : i, image, captions.text(names[i]));
  });
  write_file(out, encode_png(sheet.image()));
}

void write_files(Generator& generator, const SampleCommand& command, const ImageNames& names,
                 const ImageClasses& classes) {
  const fs::path out(command.out);
  if (command.labels || command.columns)
    throw UsageError("--labels and --columns are for a sheet, and --out names a folder", "name a .png");
  std::error_code problem;
  if (fs::exists(out, problem) && !(fs::is_directory(out, problem) && fs::is_empty(out, problem)))
    throw UsageError("--out '" + shown(out) + "' is there and not an empty folder", "choose another, or empty it");
  make_directories(out);
  generate(generator, names, classes, [&](int64_t i, const Image& image) {
    write_file(out / file_name(names[i], static_cast<uint64_t>(command.seed)), encode_png(image), /*synced=*/false);
  });
}

void sample(const Invocation& invocation, SampleCommand& command) {
  check_sample_out(command.out);
  ImageNames names = names_asked_for(invocation, command);
  const auto generator = open_generator(invocation.positional(0), command.model);
  const auto& info = generator->info();
  const ImageClasses classes =
      invocation.is_given("class") ? parse_classes(command.classes, info) : ImageClasses(info.classes);
  std::string remark;
  if (lowercase(fs::path(command.out).extension().native()) == ".png") {
    const auto rows = class_rows(command, classes);
    if (rows) names = rows->names(static_cast<uint64_t>(command.seed));
    if (rows && rows->rows < rows->classes)
      remark = "; a row for each of the first " + std::to_string(rows->rows) + " of " + std::to_string(rows->classes) +
               " classes, others by --class";
    write_sheet(*generator, command, names, classes, rows);
  } else {
    write_files(*generator, command, names, classes);
  }
  std::printf("%s from %s (%s images seen, %s) in %s%s\n", counted(names.size(), "image").c_str(), info.origin.c_str(),
              with_commas(info.images_seen).c_str(), info.ema ? "moving average" : "plain weights",
              shown(command.out).c_str(), remark.c_str());
}

}  // namespace

Verb sample_verb() {
  Verb verb;
  verb.name = "sample";
  verb.help = "draw images from a trained generator";
  verb.details =
      "MODEL: a run directory (its best state), a checkpoint, or an exported generator.\n"
      "An image's name is its index, or seed:index. It is the same picture alone, in a sheet and from an export.\n"
      "Of a model with classes image i has class i modulo their number, and a sheet has one row a class (for --count \n"
      "images or a few more; the first 20 classes). With --class image i has the i-th of those given, in turn.";
  verb.positionals = {{"MODEL", "run directory, checkpoint or exported generator"}};
  set_options<SampleCommand>(verb, sample);
  return verb;
}

}  // namespace dcgan
