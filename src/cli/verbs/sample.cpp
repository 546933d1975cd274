// `dcgan sample`: images from a trained generator, as one sheet, as files or as an array.
#include <cstdio>
#include <optional>

#include "cli/model_options.hpp"
#include "cli/picture_files.hpp"
#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "eval/best_of.hpp"
#include "exchange/discriminator.hpp"
#include "latent/rows.hpp"

namespace dcgan {
namespace {

struct SampleCommand {
  std::string out;
  int64_t count = 64;
  LatentOptions latent;
  std::optional<int64_t> columns;
  std::string images;
  std::string latents;
  std::string save_latents;
  std::string classes;
  std::optional<int64_t> best_of;
  bool labels = false;
  ModelChoice model;

  template <class Visit>
  void fields(Visit&& visit) {
    visit(
        "out", out,
        "a .png for one sheet, a .npy for an array (uint8 [N, H, W, C]), anything else for a folder of separate files; "
        "without it samples.png, never over a file",
        any_text("PATH"));
    visit("count", count, "images 0, 1, 2... of the seed", within(1, 1e8, "images"));
    latent.fields(visit);
    visit("columns", columns, "of the sheet; auto: about square, or one row a class", automatic(within(1, 10000)));
    visit("images", images, "names instead of --count, like 3,17,40-49 or, with a seed, 7:3", any_text("LIST"));
    visit("latents", latents, "images of the latents of this file instead, float32 [N, LATENT]", any_text("FILE.npy"));
    visit("save-latents", save_latents, "write the latents of the images, float32 [N, LATENT]", any_text("FILE.npy"));
    visit("class", classes,
          "class by name or number, several as a list or repeated, taken in turn; without: all in turn",
          repeated(any_text("NAME")));
    visit("best-of", best_of,
          "of every K images in turn keep the one that looks most real to the discriminator; says how much diversity "
          "that costs; auto: off",
          automatic(within(2, 1000, "images")), "Azadi et al. 2019, in its simplest form");
    visit("labels", labels, "write each image's name, and class, under it", {});
    model.fields(visit);
  }
};

/// The images that are asked for, one after another: by name, or of a file's latents.
class Images {
 public:
  Images(const Invocation& invocation, const SampleCommand& command, Generator& generator)
      : command_(command),
        generator_(generator),
        classes_(invocation.is_given("class") ? parse_classes(command.classes, generator.info())
                                              : ImageClasses(generator.info().classes)) {
    for (const char* choice : {"images", "latents"})
      if (invocation.is_given(choice) && invocation.is_given("count"))
        throw UsageError(std::string("--") + choice + " and --count are both a choice of images", "give one of them");
    if (!command.images.empty() && !command.latents.empty())
      throw UsageError("--images and --latents are both a choice of images", "give one of them");
    const auto seed = static_cast<uint64_t>(command.latent.seed);
    if (!command.latents.empty()) {
      if (command.latent.truncate)
        throw UsageError("--truncate is for latents that are drawn, and --latents reads them", "leave one of them out");
      file_.emplace(command.latents, generator.info().latent);
    } else if (!command.images.empty()) {
      names_ = parse_image_names(command.images, seed);
    } else {
      names_.add(seed, 0, command.count - 1);
    }
  }

  int64_t size() const { return file_ ? file_->count() : names_.size(); }
  const ImageClasses& classes() const { return classes_; }
  /// Only names have a choice of order.
  bool are_names() const { return !file_; }
  void set_names(ImageNames names) { names_ = std::move(names); }

  std::string name(int64_t i) const {
    return file_ ? shown(fs::path(command_.latents).filename()) + "#" + std::to_string(i) : names_[i].text();
  }
  /// All names, for a sheet.
  std::string names() const { return file_ ? name(0) + " to " + std::to_string(size() - 1) : names_.text(); }
  /// Name and class.
  std::string caption(int64_t i) const {
    if (classes_.count() == 0) return name(i);
    return name(i) + " " + generator_.info().class_names[static_cast<size_t>(label(i))];
  }
  /// "000003"; with another seed than the default "7_000003".
  std::string file_name(int64_t i) const {
    if (file_) return zero_padded(i, 6);
    const ImageName one = names_[i];
    return (one.seed == static_cast<uint64_t>(command_.latent.seed) ? "" : std::to_string(one.seed) + "_") +
           zero_padded(one.index, 6);
  }

  void make(const std::function<void(int64_t, const Image&)>& take) {
    if (!file_) return generate(generator_, names_, classes_, take, command_.latent.most());
    LatentRows rows{file_->count(), [&](int64_t i) { return file_->row(i); }};
    if (classes_.count() > 0) rows.label = [&](int64_t i) { return label(i); };
    generate(generator_, rows, take);
  }
  at::Tensor latent(int64_t i) const {
    return file_ ? file_->row(i) : point_of(names_[i], command_.latent, generator_.info()).z;
  }

 private:
  int64_t label(int64_t i) const { return classes_[file_ ? i : names_[i].index]; }

  const SampleCommand& command_;
  Generator& generator_;
  ImageClasses classes_;
  ImageNames names_;
  std::optional<LatentFile> file_;
};

/// One row a class, if there are several and neither images nor columns are asked for.
std::optional<ClassRows> class_rows(const SampleCommand& command, const Images& images) {
  const bool is_free = images.are_names() && command.images.empty() && !command.columns && !command.best_of;
  if (images.classes().count() < 2 || !is_free) return std::nullopt;
  return ClassRows(images.classes().count(), command.count);
}

void write_sheet(Images& images, const Generator& generator, const SampleCommand& command,
                 const std::optional<ClassRows>& rows) {
  const auto& info = generator.info();
  std::string longest;
  for (int64_t i = 0; command.labels && i < images.size(); ++i)
    if (std::string one = images.caption(i); one.size() > longest.size()) longest = std::move(one);
  std::vector<std::string> captions;
  if (command.labels) captions.push_back(longest);
  const int64_t columns = rows ? rows->columns : command.columns.value_or(0);
  // Of one column fewer images than classes leave the last rows empty.
  const int64_t count = rows && rows->columns > 1 ? rows->count() : images.size();
  auto layout = sheet_layout(count, columns, {info.width, info.height}, info.channels, captions);
  if (!command.columns) layout = without_ribbon(layout);
  Sheet sheet = make_sheet(layout, command.out);
  images.make([&](int64_t i, const Image& image) {
    sheet.put(rows ? rows->place(i) : i, image, command.labels ? images.caption(i) : "");
  });
  write_file(command.out, encode_png(sheet.image(), generated_text(generator.checksum(), images.names())));
}

void write_files(Images& images, const Generator& generator, const SampleCommand& command) {
  PictureFolder folder(command.out);
  const std::string checksum = generator.checksum();
  images.make([&](int64_t i, const Image& image) {
    folder.put(images.file_name(i), image, generated_text(checksum, images.name(i)));
  });
}

void write_array(Images& images, const Generator& generator, const SampleCommand& command) {
  ImageArray array(command.out, images.size(), generator.info());
  images.make([&](int64_t, const Image& image) { array.put(image); });
  array.finish();
}

void save_latents(const Images& images, const GeneratorInfo& info, AtomicFile& file) {
  file.append(npy_head(ElementType::kF32, {images.size(), info.latent}));
  for (int64_t i = 0; i < images.size(); ++i) {
    const auto z = images.latent(i).contiguous();
    file.append(z.const_data_ptr(), z.nbytes());
  }
  file.commit();
}

/// Replaces the images by the best of several each; what it cost, in words.
std::string keep_best(const fs::path& model, const SampleCommand& command, Generator& generator, Images& images) {
  if (!images.are_names() || !command.images.empty())
    throw UsageError("--best-of chooses images, and --images and --latents name them", "give --count instead");
  const auto loaded = load_network(model, command.model);
  DiscriminatorNet discriminator = load_discriminator(model, loaded, command.model.at);
  const BestOf best = best_of(generator, discriminator, static_cast<uint64_t>(command.latent.seed), command.count,
                              *command.best_of, images.classes(), command.latent.most());
  images.set_names(best.kept);
  return "; the best of " + std::to_string(*command.best_of) + " each: diversity " + fixed_text(best.diversity, 2) +
         " of what all have";
}

/// samples.png, or the first of samples-2.png, samples-3.png... that is not there.
std::string free_name() {
  std::string name = "samples.png";
  std::error_code ignored;
  for (int64_t i = 2; fs::exists(fs::symlink_status(name, ignored)); ++i)
    name = "samples-" + std::to_string(i) + ".png";
  return name;
}

void sample(const Invocation& invocation, SampleCommand& command) {
  if (!invocation.is_given("out")) command.out = free_name();
  const PicturesOut kind = pictures_out(command.out, {PicturesOut::kSheet, PicturesOut::kArray, PicturesOut::kFolder});
  check_place(command.save_latents, "--save-latents");
  if (kind != PicturesOut::kSheet && (command.labels || command.columns))
    throw UsageError("--labels and --columns are for a sheet, and --out names none", "name a .png");
  const auto generator = open_generator(invocation.positional(0), command.model);
  settle_threads();
  const auto& info = generator->info();
  Images images(invocation, command, *generator);
  std::optional<AtomicFile> latents;  // refuses what cannot be written before anything is made
  if (!command.save_latents.empty()) latents.emplace(command.save_latents);
  std::string remark;
  if (command.best_of) remark = keep_best(invocation.positional(0), command, *generator, images);
  if (kind == PicturesOut::kSheet) {
    const auto rows = class_rows(command, images);
    if (rows) images.set_names(rows->names(static_cast<uint64_t>(command.latent.seed), command.count));
    if (rows && rows->rows < rows->classes)
      remark = "; a row for each of the first " + std::to_string(rows->rows) + " of " + std::to_string(rows->classes) +
               " classes, others by --class";
    write_sheet(images, *generator, command, rows);
  } else if (kind == PicturesOut::kArray) {
    write_array(images, *generator, command);
  } else {
    write_files(images, *generator, command);
  }
  if (latents) save_latents(images, info, *latents);
  std::printf("%s from %s (%s images seen, %s) in %s%s\n", counted(images.size(), "image").c_str(), info.origin.c_str(),
              with_commas(info.images_seen).c_str(), info.ema ? "moving average" : "plain weights",
              shown(command.out).c_str(), remark.c_str());
}

}  // namespace

Verb sample_verb() {
  Verb verb;
  verb.name = "sample";
  verb.group = "Draw";
  verb.examples = {"dcgan sample runs/first --out samples.png",
                   "dcgan sample runs/first --seed 7 --count 16 --out sixteen.png"};
  verb.help = "draw images from a trained generator";
  verb.details =
      "MODEL: a run directory (its best state), a checkpoint, or an exported model (.pt, .safetensors).\n"
      "An image's name is its index, or seed:index. It is the same picture alone, in a sheet and from an export.\n"
      "Of a model with classes image i has class i modulo their number, and a sheet has one row a class (for --count \n"
      "images or a few more; the first 20 classes). With --class image i has the i-th of those given, in turn.\n"
      "PNG files say that they were generated, of which model, and their images' names: dcgan inspect FILE.png.";
  verb.positionals = {{"MODEL", "run directory, checkpoint or exported model (.pt, .safetensors)"}};
  set_options<SampleCommand>(verb, sample);
  return verb;
}

}  // namespace dcgan
