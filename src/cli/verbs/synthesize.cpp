// `dcgan synthesize`: a folder of labelled images of a conditional model.
#include "cli/verbs/synthesize.hpp"

#include <algorithm>
#include <cstdio>

#include "cli/picture_files.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/platform/io/file_name.hpp"
#include "core/text.hpp"
#include "dataset/walk.hpp"
#include "eval/choice.hpp"
#include "eval/real_side.hpp"
#include "eval/synthesis.hpp"

namespace dcgan {
namespace {

/// How many images of each class are wanted.
std::vector<int64_t> wanted_of(const SynthesizeOptions& options, const Pixels& pixels, int64_t classes) {
  if (options.per_class.has_value() == options.balance)
    throw UsageError(
        options.balance ? "--per-class and --balance both say how many images" : "the number of images is missing",
        "give --per-class N, or --balance");
  if (options.per_class) return std::vector<int64_t>(static_cast<size_t>(classes), *options.per_class);
  std::vector<int64_t> there(static_cast<size_t>(classes));
  for (int64_t i = 0; i < pixels.info().count; ++i)
    if (const int32_t label = pixels.label(i); label >= 0) ++there[static_cast<size_t>(label)];
  const int64_t most = *std::max_element(there.begin(), there.end());
  for (auto& count : there) count = most - count;
  if (std::all_of(there.begin(), there.end(), [](int64_t n) { return n == 0; }))
    throw UsageError("--balance: '" + shown(options.beside.data) + "' has as many pictures of each class already",
                     "use --per-class N");
  return there;
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

}  // namespace

Synthesized synthesize(const Invocation& invocation, SynthesizeOptions& options,
                       const std::function<Dataset(const DataOptions&)>& open) {
  pictures_out(options.out, {PicturesOut::kFolder});
  options.beside.check();
  settle_threads_of_long_work(options.beside.threads);
  const fs::path model = invocation.positional(0);
  const auto generator = open_generator(model, options.model);
  const auto& info = generator->info();
  if (info.classes == 0)
    throw UsageError("'" + shown(model) + "' was trained without classes", "train with --conditional");
  adopt_model(invocation, info, options.beside.pixels);
  Dataset data = open(options.beside.pixels);
  remark_on(data, options.beside.data);
  check_model_classes(info, data.pixels->info().classes, options.beside.data);
  const auto wanted = wanted_of(options, *data.pixels, info.classes);

  ProgressLine line;
  const auto network = options.beside.open_network(data.pixels->info().size, options.model.run_code);
  std::vector<std::string> remarks;
  const RealSide real = open_real_side(
      *data.pixels, options.beside.pixels, *network,
      {options.beside.most_real(), static_cast<uint64_t>(options.latent.seed), options.beside.thread_count()},
      line.progress(), remarks);
  for (const auto& remark : remarks) warn(remark);
  LabelledPictures taught;
  taught.add(*data.pixels, all_labelled(*data.pixels));
  const Classifier classifier(taught, info.classes, options.classifier(),
                              [&](int64_t done, int64_t of) { line.progress()("learning the classes", done, of); });
  const Screening screening{&classifier, options.confidence, network.get(), &real.reference};
  FileNames folders = class_folders(info);
  for (const auto& remark : folders.remarks) warn(remark);
  LabelledFolder folder(options.out, *generator, options.latent, folders.names);
  const auto counts = synthesise(*generator, wanted, options.latent, screening,
                                 [&](const Synthesised& one, const Image& image) { folder.put(one, image); });
  folder.finish();
  print_counts(counts, info);
  return {std::move(data), std::move(folders.names)};
}

Verb synthesize_verb() {
  Verb verb;
  verb.name = "synthesize";
  verb.group = "Draw";
  verb.examples = {"dcgan synthesize runs/classes --data classes/ --per-class 8 --out made/"};
  verb.help = "a folder of labelled images of a model with classes, to learn from";
  verb.details =
      "Images that a classifier of DATA does not take for their class, and copies of real pictures, are left out. The\n"
      "manifest says where each comes from: `dcgan sample MODEL --class CLASS --images SEED:INDEX` draws it again.\n"
      "The choice is made by all of DATA, though the run held some out.";
  verb.positionals = {{"MODEL", "run directory, checkpoint or exported model (.pt, .safetensors)"}};
  set_options<SynthesizeOptions>(verb, [](const Invocation& invocation, SynthesizeOptions& options) {
    synthesize(invocation, options, [&](const DataOptions& data) {
      return open_pictures(options.beside.data, data, options.beside.thread_count());
    });
  });
  return verb;
}

}  // namespace dcgan
