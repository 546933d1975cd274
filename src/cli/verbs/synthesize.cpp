// `dcgan synthesize`: a folder of labelled images of a conditional model; with --study, whether they help to learn.

#include <algorithm>
#include <cstdio>

#include "checkpoint/archive.hpp"
#include "cli/model_options.hpp"
#include "cli/picture_files.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/platform/io/file_name.hpp"
#include "core/text.hpp"
#include "dataset/walk.hpp"
#include "eval/choice.hpp"
#include "eval/real_side.hpp"
#include "eval/study.hpp"
#include "eval/synthesis.hpp"
#include "exchange/torchscript.hpp"

namespace dcgan {
namespace {

struct SynthesizeCommand {
  std::string out;
  std::optional<int64_t> per_class;
  bool balance = false;
  double confidence = 0.5;
  bool study = false;
  int64_t draws = 5;
  int64_t few = 0;
  int64_t lessons = 60'000;
  RealPicturesOptions beside;
  LatentOptions latent;
  ModelChoice model;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("out", out, "the folder: a folder a class in it, and manifest.csv; new or empty", any_text("DIR"));
    visit("per-class", per_class, "images of each class", automatic(within(1, 1e7, "images")));
    visit("balance", balance, "as many of each class as DATA has fewer of it than of its largest", {});
    visit("confidence", confidence, "the least probability that a classifier of DATA gives the class asked for",
          within(0, 1));
    visit("study", study,
          "train a classifier with and without the images, and compare them on the pictures that the run held out", {});
    visit("draws", draws, "classifiers of each kind that --study trains, each from its own seed", within(2, 100));
    visit("few", few, "real pictures of each class that --study learns from; 0: all", within(0, 1e7, "pictures"));
    visit("lessons", lessons, "pictures that a classifier sees, again and again", within(64, 1e9, "pictures"));
    latent.fields(visit);
    model.fields(visit);
    beside.fields(visit);
  }
};

/// How many images of each class are wanted.
std::vector<int64_t> wanted_of(const SynthesizeCommand& command, const Pixels& pixels, int64_t classes) {
  if (command.per_class.has_value() == command.balance)
    throw UsageError(
        command.balance ? "--per-class and --balance both say how many images" : "it is not said how many images",
        "give --per-class N, or --balance");
  if (command.per_class) return std::vector<int64_t>(static_cast<size_t>(classes), *command.per_class);
  std::vector<int64_t> there(static_cast<size_t>(classes));
  for (int64_t i = 0; i < pixels.info().count; ++i)
    if (const int32_t label = pixels.label(i); label >= 0) ++there[static_cast<size_t>(label)];
  const int64_t most = *std::max_element(there.begin(), there.end());
  for (auto& count : there) count = most - count;
  if (std::all_of(there.begin(), there.end(), [](int64_t n) { return n == 0; }))
    throw UsageError("--balance: '" + shown(command.beside.data) + "' has as many pictures of each class already",
                     "say --per-class N");
  return there;
}

/// DATA; for a study what the run held out of it stands apart.
Dataset open_data(const SynthesizeCommand& command, const fs::path& model) {
  DataOptions options = command.beside.pixels;
  if (!command.study) return open_pictures(command.beside.data, options, command.beside.thread_count());
  if (looks_like_torchscript(model))
    throw UsageError("--study wants to know which pictures the run held out, and '" + shown(model) + "' is an export",
                     "give the run directory");
  const Json meta = ArchiveReader(checkpoint_of(model, command.model.at)).meta();
  const std::string origin = "'" + shown(model) + "'";
  options.holdout =
      value_or(value_or<Json>(meta, "options", Json::object(), origin), "holdout", 0.0, origin + ", its options");
  Dataset data = open_pictures(command.beside.data, options, command.beside.thread_count());
  if (!data.held_out)
    throw UsageError("--study needs pictures that the generator never saw, and this run held none out",
                     "train it with --holdout 0.2");
  if (data.pixels->info().identity != value_or<std::string>(meta, "data_identity", "", origin))
    throw UsageError("--study: '" + shown(command.beside.data) + "' is not the data that the run was trained on",
                     "give that; only of it is known what the run did not see");
  return data;
}

constexpr char kManifest[] = "manifest.csv";

/// What the folders of the classes are called: they lie beside the manifest, and are read again as data.
FileNames class_folders(const GeneratorInfo& info) {
  return plain_file_names(info.class_names,
                          [](const std::string& name) { return lowercase(name) == kManifest || is_passed_over(name); });
}

/// The folder and its manifest, which is written last: a folder without one is not whole.
class LabelledFolder {
 public:
  LabelledFolder(const std::string& out, const Generator& generator, const LatentOptions& latent,
                 const std::vector<std::string>& folders)
      : out_(out),
        info_(generator.info()),
        latent_(latent),
        folders_(folders),
        checksum_(generator.checksum()),
        manifest_(make(out)) {
    manifest_.append("file,class,image,confidence,closeness,truncate,model\n");
  }

  void put(const Synthesised& one, const Image& image) {
    const std::string& name = info_.class_names[static_cast<size_t>(one.label)];
    const std::string image_name = ImageName{static_cast<uint64_t>(latent_.seed), one.index}.text();
    const fs::path file = fs::path(folders_[static_cast<size_t>(one.label)]) / (zero_padded(one.index, 6) + ".png");
    make_directories(out_ / file.parent_path(), /*synced=*/false);
    TextPairs text = generated_text(checksum_, image_name);
    text.emplace_back("dcgan:class", name);
    write_file(out_ / file, encode_png(image, text), /*synced=*/false);
    manifest_.append(csv_field(file.native()) + "," + csv_field(name) + "," + image_name + "," +
                     number_text(one.confidence) + "," + number_text(one.closeness) + "," +
                     (latent_.truncate ? number_text(*latent_.truncate) : "") + "," + checksum_ + "\n");
  }
  void finish() { manifest_.commit(); }

 private:
  static fs::path make(const std::string& out) {
    PictureFolder checked(out);  // new or empty
    return fs::path(out) / kManifest;
  }
  fs::path out_;
  const GeneratorInfo& info_;
  const LatentOptions& latent_;
  const std::vector<std::string>& folders_;
  std::string checksum_;
  AtomicFile manifest_;
};

void print_counts(const std::vector<SynthesisCount>& counts, const GeneratorInfo& info) {
  std::printf("%-24s %9s %9s %11s %8s %7s\n", "class", "wanted", "kept", "candidates", "unsure", "copies");
  for (size_t c = 0; c < counts.size(); ++c) {
    const auto& one = counts[c];
    std::printf("%-24s %9s %9s %11s %8s %7s\n", info.class_names[c].c_str(), with_commas(one.wanted).c_str(),
                with_commas(one.kept).c_str(), with_commas(one.candidates).c_str(), with_commas(one.unsure).c_str(),
                with_commas(one.copies).c_str());
    if (one.kept < one.wanted)
      warn("class '" + info.class_names[c] + "': " + with_commas(one.kept) + " of " + with_commas(one.wanted) +
           " images; the others looked like another class, or were copies");
  }
}

void print_study(const Study& study, int64_t held_out, int64_t few) {
  const auto share = [](double value) { return fixed_text(100 * value, 2) + " %"; };
  std::printf(
      "\nstudy: accuracy on %s that neither generator, choice nor classifier has seen; mean of %s and 95 %% interval\n",
      counted(held_out, "real picture").c_str(), counted(study.draws, "classifier").c_str());
  if (few > 0)
    std::printf("(they learn from %s of each class; the generator, and the choice of its images, knew all)\n",
                counted(few, "real picture").c_str());
  for (const auto& [name, mean] : {std::pair{"real alone", study.alone}, {"real and generated", study.with}})
    std::printf("  %-20s %8s +- %s\n", name, share(mean.value).c_str(), share(mean.half_interval).c_str());
  std::printf("  %-20s %8s +- %s: %s\n", "difference", share(study.gain.value).c_str(),
              share(study.gain.half_interval).c_str(), study.verdict().c_str());
}

void synthesize(const Invocation& invocation, SynthesizeCommand& command) {
  pictures_out(command.out, {PicturesOut::kFolder});
  command.beside.check();
  settle_threads(command.beside.threads);
  const fs::path model = invocation.positional(0);
  const auto generator = open_generator(model, command.model);
  const auto& info = generator->info();
  if (info.classes == 0)
    throw UsageError("'" + shown(model) + "' was trained without classes", "train with --conditional");
  adopt_model(invocation, info, command.beside.pixels);
  const Dataset data = open_data(command, model);
  remark_on(data);
  check_model_classes(info, data.pixels->info().classes, command.beside.data);
  const auto wanted = wanted_of(command, *data.pixels, info.classes);

  ProgressLine line;
  const auto network = features_named(command.beside.features, data.pixels->info().size, command.model.run_code);
  std::vector<std::string> remarks;
  const RealSide real =
      open_real_side(*data.pixels, command.beside.pixels, *network,
                     {command.beside.real, static_cast<uint64_t>(command.latent.seed), command.beside.thread_count()},
                     line.progress(), remarks);
  for (const auto& remark : remarks) warn(remark);
  LabelledPictures taught;
  taught.add(*data.pixels, all_labelled(*data.pixels));
  const auto learning = [&](const std::string& what) {
    return [&, what](int64_t done, int64_t of) { line.progress()(what, done, of); };
  };
  const ClassifierOptions lessons{command.lessons, 64, 3e-3, static_cast<uint64_t>(command.latent.seed)};
  const Classifier classifier(taught, info.classes, lessons, learning("learning the classes"));
  const Screening screening{&classifier, command.confidence, network.get(), real.reference.features,
                            real.reference.neighbourhoods};
  const FileNames folders = class_folders(info);
  for (const auto& remark : folders.remarks) warn(remark);
  LabelledFolder folder(command.out, *generator, command.latent, folders.names);
  const auto counts = synthesise(*generator, wanted, command.latent, screening,
                                 [&](const Synthesised& one, const Image& image) { folder.put(one, image); });
  folder.finish();
  print_counts(counts, info);
  if (!command.study) return;

  DataOptions as_written = command.beside.pixels;
  as_written.cache = "off";
  const Dataset made = open_pictures(command.out, as_written, command.beside.thread_count());
  const Study study = study_of(*data.pixels, *made.pixels, folders.names, *data.held_out,
                               {command.draws, command.few, lessons}, learning("study"));
  print_study(study, data.held_out->info().count, command.few);
}

}  // namespace

Verb synthesize_verb() {
  Verb verb;
  verb.name = "synthesize";
  verb.group = "Draw";
  verb.examples = {"dcgan synthesize runs/classes --data classes/ --per-class 8 --out made/"};
  verb.help = "a folder of labelled images of a model with classes, to learn from";
  verb.details =
      "Images that a classifier of DATA does not take for their class, and copies of real pictures, are left out. The\n"
      "manifest says where each comes from: `dcgan sample MODEL --class CLASS --images SEED:INDEX` draws it again.\n"
      "For --study neither generator, choice nor classifiers learn from the pictures of DATA that the run held out;\n"
      "without it the choice is made by all of DATA.";
  verb.positionals = {{"MODEL", "run directory, checkpoint or exported generator"}};
  set_options<SynthesizeCommand>(verb, synthesize);
  return verb;
}

}  // namespace dcgan
