// `dcgan eval`: how good a model's images are, in figures, beside what real pictures get.

#include <cmath>
#include <cstdio>

#include "checkpoint/run_directory.hpp"
#include "cli/model_options.hpp"
#include "cli/picture_files.hpp"
#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/io/json_file.hpp"
#include "core/log.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"
#include "dataset/walk.hpp"
#include "eval/choice.hpp"
#include "eval/evaluation.hpp"
#include "eval/failures.hpp"
#include "eval/figures.hpp"
#include "exchange/model_file.hpp"
#include "exchange/torchscript.hpp"
#include "exchange/weights_file.hpp"
#include "formats/onnx.hpp"
#include "image/sheet.hpp"

namespace dcgan {
namespace {

struct EvalCommand {
  RealPicturesOptions beside;
  std::optional<int64_t> samples;
  int64_t seed = 0;
  ModelChoice model;
  bool json = false;
  std::string out;
  bool all = false;

  template <class Visit>
  void fields(Visit&& visit) {
    beside.fields(visit);
    visit("samples", samples, "generated images; auto: 4000, by random features and files 10000",
          automatic(within(2, 1e7, "images")));
    visit("seed", seed, "of latents and choices", within(0, 9e18));
    model.fields(visit);
    visit("json", json, "one JSON object", {});
    visit("out", out, "a sheet of the generated images closest to real ones, each beside that one",
          any_text("PAIRS.png"));
    visit("all", all,
          "compare with all of DATA, even where the run held some pictures out (train --holdout) and only those are "
          "new to it",
          {});
  }
};

/// The generated side: a generator, or pictures that another program made.
struct GeneratedSide {
  std::unique_ptr<Generator> generator;
  Dataset pictures;
  std::unique_ptr<ImageSource> images;
  Json json;
};

/// A folder or archive of pictures as the generated side; a run or a file of ours is a model.
bool is_pictures(const fs::path& model) {
  std::error_code ignored;
  if (fs::is_directory(model, ignored)) return !is_run_directory(model);
  return fs::exists(model, ignored) && !looks_like_archive(model) && !looks_like_weights(model) &&
         !looks_like_onnx(model) && !(looks_like_torchscript(model) && model.extension() != ".zip");
}

/// The pictures that MODEL's run was trained on.
std::string data_of_run(const fs::path& model) {
  const std::string hint = "name them: --data PHOTOS/";
  std::error_code ignored;
  if (!fs::is_directory(model, ignored) || !is_run_directory(model))
    throw UsageError("--data is missing: the real pictures to compare with", hint);
  const RunDirectory run = RunDirectory::open(model);
  const std::string origin = shown(run.config());
  const auto data = value_or<std::string>(read_json_file(run.config()), "data", "", origin);
  if (data.empty() || !fs::exists(data, ignored))
    throw UsageError("the pictures of the run, '" + printable(data) + "', are missing", hint);
  note("real pictures: those of the run, '" + printable(data) + "'");
  return data;
}

/// The real pictures. Those that the model's run set apart, if DATA is what it was trained on and they are enough: the
/// dataset then has both sides, else all as `pixels`.
Dataset open_real(const EvalCommand& command, const fs::path& model) {
  Dataset whole = open_pictures(command.beside.data, command.beside.pixels, command.beside.thread_count());
  if (command.all || is_pictures(model) || looks_like_torchscript(model)) return whole;
  const Json meta = ModelFile(checkpoint_of(model, command.model.at)).meta();
  const std::string origin = "'" + shown(model) + "'";
  const auto share =
      value_or(value_or<Json>(meta, "options", Json::object(), origin), "holdout", 0.0, origin + ", its options");
  // Which pictures are held out is decided by chance: about so many. Far fewer can be no split of the run's data.
  if (share * static_cast<double>(whole.pixels->info().count) < 0.5 * kEnoughHeldOut) return whole;
  DataOptions options = command.beside.pixels;
  options.holdout = share;
  Dataset split = open_pictures(command.beside.data, options, command.beside.thread_count());
  const bool is_of_run = split.pixels->info().identity == value_or<std::string>(meta, "data_identity", "", origin);
  return is_of_run && split.held_out->info().count >= kEnoughHeldOut ? std::move(split) : std::move(whole);
}

/// Pictures of MODEL: all of them, or as many as --samples says where it was given.
GeneratedSide open_made_pictures(const Invocation& invocation, const EvalCommand& command, const Dataset& real) {
  DataOptions options = command.beside.pixels;
  const auto& info = real.pixels->info();
  options.size = info.size;
  options.channels = channels_name(info.channels);
  GeneratedSide side;
  const fs::path path = invocation.positional(0);
  side.pictures = open_pictures(path, options, command.beside.thread_count());
  remark_on(side.pictures, path);
  const int64_t of = side.pictures.pixels->info().count;
  const int64_t count = std::min(of, *command.samples);
  if (count < *command.samples && invocation.is_given("samples"))
    throw UsageError(
        "--samples is " + with_commas(*command.samples) + ", but '" + shown(path) + "' holds " + counted(of, "picture"),
        "leave --samples out to use all of them");
  auto which = chosen(count, of, Draw(static_cast<uint64_t>(command.seed), Purpose::kEvaluationChoice, kChoiceOfMade));
  side.images = std::make_unique<SetImages>(*side.pictures.pixels, std::move(which), command.beside.thread_count());
  side.json = {{"kind", "pictures"}, {"path", shown(path)}, {"pictures", of}};
  return side;
}

GeneratedSide open_model(const Invocation& invocation, EvalCommand& command) {
  GeneratedSide side;
  const fs::path path = invocation.positional(0);
  side.generator = open_generator(path, command.model);
  const GeneratorInfo& info = side.generator->info();
  adopt_model(invocation, info, command.beside.pixels);
  side.images =
      std::make_unique<GeneratedImages>(*side.generator, *command.samples, static_cast<uint64_t>(command.seed));
  side.json = {{"kind", "generator"}, {"path", info.origin}, {"images_seen", info.images_seen}, {"ema", info.ema}};
  return side;
}

/// For a conditional model: the classes of the real pictures, if they are those that the model knows.
void add_classes(const GeneratorInfo& info, const Pixels& pixels, const RealSide& side, EvaluationOptions& options) {
  if (info.classes == 0) return;
  std::vector<std::string> names;
  for (const auto& name : pixels.info().classes) names.push_back(printable(name));
  bool has_all = names == info.class_names;
  for (const int64_t picture : side.which) {
    const int32_t label = pixels.label(picture);
    has_all = has_all && label >= 0;
    options.real_classes.push_back(label);
  }
  if (has_all) return void(options.classes = info.classes);
  warn((names.empty() ? "the real pictures have no classes, and the model has ("
                      : "the real pictures' classes are not the model's (") +
       cut_list(info.class_names) + "): the accuracy of generated classes is left out");
}

void check_pairs_out(const std::string& out) {
  if (out.empty()) return;
  if (lowercase(fs::path(out).extension().native()) != ".png")
    throw UsageError("--out is '" + printable(out) + "': only PNG is written", "name a .png");
  check_place(out);
}

std::string figure_text(double value) {
  if (!std::isfinite(value)) return "unknown";
  const double size = std::abs(value);
  return fixed_text(value, size >= 100 ? 1 : size >= 1 ? 3 : size >= 0.01 ? 4 : 6);
}

/// About what `coverage` would be if the generated images were real ones, too: of the balls of `real` pictures, each up
/// to its fifth nearest other, those that hold one of `generated`. Naeem et al. 2020, section 3.
double most_coverage(int64_t generated, int64_t real) {
  constexpr int kNearest = 5;
  double none = 1;  // of the nearest pictures, the first kNearest are all real
  for (int i = 1; i <= kNearest; ++i)
    none *= std::max<double>(0, static_cast<double>(real - i)) / static_cast<double>(real - i + generated);
  return 1 - none;
}

/// What keeps a figure from being good, whatever the model is.
std::string bound_text(const Figure& figure, const Evaluation& found) {
  constexpr double kHigh = 0.9;
  const double most = most_coverage(found.generated, found.real);
  if (!figure.name.starts_with("coverage") || most > kHigh) return "";
  return ", at most about " + fixed_text(most, 2) + " by " + counted(found.generated, "image") + " (--samples)";
}

void print_table(const Evaluation& found, const std::string& origin) {
  std::printf("%s: %s against %s of %s real\n", origin.c_str(), counted(found.generated, "generated image").c_str(),
              with_commas(found.real).c_str(), with_commas(found.real_of).c_str());
  std::printf("features: %s, %s of them, resize: %s, sha256 %.12s\n\n", found.network.name.c_str(),
              with_commas(found.network.features).c_str(), found.network.resize.c_str(), found.network.sha256.c_str());
  std::printf("%-22s %10s %9s %9s", "figure", "value", "+- 95 %", "real");
  for (const FailureRow& failure : failure_rows()) std::printf(" %11s", failure.column);
  std::printf("  better\n");
  for (const Figure& figure : found.figures) {
    const std::string interval = figure.standard_error ? figure_text(1.959964 * *figure.standard_error) : std::string();
    std::printf("%-22s %10s %9s %9s", figure.name.c_str(), figure_text(figure.value).c_str(), interval.c_str(),
                figure.floor ? figure_text(*figure.floor).c_str() : "");
    for (const FailureRow& failure : failure_rows()) {
      const auto got = figure.failures.find(failure.name);
      std::printf(" %11s",
                  got == figure.failures.end() || !std::isfinite(got->second) ? "" : figure_text(got->second).c_str());
    }
    std::printf("  %s\n", (figure.better + bound_text(figure, found)).c_str());
  }
  std::printf("\n");
  if (!found.too_few.empty()) std::printf("left out: %s\n", found.too_few.c_str());
  const PictureJudgement& pictures = found.pictures;
  if (!pictures.words.empty())
    std::printf("In words: it %s%s.\n", pictures.words.c_str(),
                pictures.verdict.empty() ? "" : ("; " + verdict_text(pictures.verdict)).c_str());
  else if (!pictures.verdict.empty())
    std::printf("In words: %s.\n", verdict_text(pictures.verdict).c_str());
  if (!found.network.knows_things)
    std::printf(
        "In words: nothing. %s knows no things: its figures rank models on one set, and say nothing of what the images "
        "show.\n",
        found.network.name.c_str());
  if (found.floor_images > 0)
    std::printf(
        "real: two halves of %s; then known failures. With fewer images fid rises and recall and fitting fall, kid "
        "does neither.\n",
        counted(found.floor_images, "picture").c_str());
  if (!found.pairs.empty())
    std::printf(
        "closest to a real picture: image %s, at %s of the distance to that picture's fifth nearest other (below 0.5 "
        "counts as a copy).\n",
        with_commas(found.pairs[0].generated).c_str(), fixed_text(found.pairs[0].ratio, 2).c_str());
}

/// As many as a minute suffices for, where nobody said.
void settle_counts(EvalCommand& command) {
  constexpr int64_t kSamples = 10'000, kOfTrained = 4'000;
  const bool is_slow = command.beside.is_trained();
  if (!command.samples) command.samples = is_slow ? kOfTrained : kSamples;
  if (!command.beside.real && is_slow) command.beside.real = kOfTrained;
}

void eval(const Invocation& invocation, EvalCommand& command) {
  const fs::path model = invocation.positional(0);
  check_named_is_there(model);
  if (command.beside.data.empty()) command.beside.data = data_of_run(model);
  command.beside.check();
  check_pairs_out(command.out);
  settle_counts(command);
  settle_threads_of_long_work(command.beside.threads);
  const bool pictures = is_pictures(model);
  if (pictures && command.beside.pixels.size == Size{}) command.beside.pixels.size = DataOptions{}.size;
  GeneratedSide made;
  if (!pictures) made = open_model(invocation, command);
  const Dataset real = open_real(command, model);
  remark_on(real, command.beside.data);
  if (pictures) made = open_made_pictures(invocation, command, real);
  const Pixels& compared = real.held_out ? *real.held_out : *real.pixels;
  const auto network = command.beside.open_network(compared.info().size, command.model.run_code);

  Evaluation found;
  {
    ProgressLine line;
    std::vector<std::string> remarks;
    RealOptions options{command.beside.most_real(), static_cast<uint64_t>(command.seed), command.beside.thread_count()};
    const auto open = [&](const Pixels& pixels) {
      options.failures = &pixels == &compared;
      return open_real_side(pixels, command.beside.pixels, *network, options, line.progress(), remarks);
    };
    const RealSide side = open(compared);
    const std::optional<RealSide> trained = real.held_out ? std::optional(open(*real.pixels)) : std::nullopt;
    for (const auto& remark : remarks) warn(remark);
    if (real.held_out)
      note("compared with the " + counted(compared.info().count, "picture") +
           " that the run held out; --all: with all");
    if (!side.is_whole())
      note(with_commas(side.count()) + " of " + with_commas(side.of) + " real pictures are used (--real)");
    EvaluationOptions how;
    how.seed = static_cast<uint64_t>(command.seed);
    how.trained = trained ? &*trained : nullptr;
    if (made.generator) add_classes(made.generator->info(), compared, side, how);
    found = evaluate(*made.images, *network, side, how, line.progress());
  }
  if (command.json) {
    Json json = found.json();
    json["model"] = made.json;
    json["real"]["held_out"] = real.held_out != nullptr;
    std::printf("%s", pretty(printable_json(json)).c_str());
  } else {
    print_table(found, shown(model));
  }
  if (command.out.empty()) return;
  TextPairs text;  // what other programs made says what it is, or not
  if (made.generator)
    text = generated_text(made.generator->checksum(), "images nearest to real pictures, which stand beside them");
  write_file(command.out, encode_png(pairs_sheet(found.pairs, *made.images, *real.pixels), text));
  if (!command.json) std::printf("pairs: %s\n", shown(command.out).c_str());
}

}  // namespace

Verb eval_verb() {
  Verb verb;
  verb.name = "eval";
  verb.group = "Measure";
  verb.examples = {"dcgan eval runs/first --data photos/"};
  verb.help = "measure how good a model's images are, next to what real pictures get";
  verb.details =
      "MODEL may also be a folder of pictures that any program made; they are compared at --size, 64 if it is left "
      "out.\n"
      "Real pictures get the size and channels of the model, and are cut as in its run. What each figure means and "
      "how\n"
      "far it can be trusted: docs/metrics.md. In short:\n" +
      figures_help();
  verb.positionals = {{"MODEL", "run directory, checkpoint, exported model, or a folder of generated pictures"}};
  set_options<EvalCommand>(verb, eval);
  return verb;
}

}  // namespace dcgan
