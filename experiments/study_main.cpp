// Do images of a generator help to learn the classes of real pictures? Makes them as `dcgan synthesize` does, from a
// run that held pictures out, trains classifiers with and without them, and compares these on the pictures held out:
//
//   dcgan_study RUN --data PHOTOS --per-class 500 --out made/ --few 20
#include <cstdio>

#include "bench/small_program.hpp"
#include "checkpoint/archive.hpp"
#include "cli/verbs/synthesize.hpp"
#include "core/json.hpp"
#include "core/platform/signals.hpp"
#include "exchange/generator.hpp"
#include "exchange/torchscript.hpp"
#include "experiments/study.hpp"

namespace dcgan {
namespace {

constexpr char kUsage[] =
    "usage: dcgan_study RUN --data DATA --per-class N --out DIR [OPTIONS]\n\n"
    "Makes labelled images of RUN as `dcgan synthesize` does, and says whether they help to learn the classes. RUN "
    "was\n"
    "trained with --conditional and --holdout. Neither generator, choice nor classifiers learn from the pictures of\n"
    "DATA that it held out: the accuracy is measured on these.\n";

struct StudyCommand {
  SynthesizeOptions synthesis;
  int64_t draws = 5;
  int64_t few = 0;

  template <class Visit>
  void fields(Visit&& visit) {
    synthesis.fields(visit);
    visit("draws", draws, "classifiers of each kind, each from its own seed", within(2, 100));
    visit("few", few, "real pictures of each class to learn from; 0: all", within(0, 1e7, "pictures"));
  }
};

/// DATA, with what the run held out of it apart.
Dataset open_as_held_out(const std::string& run, const StudyCommand& command, DataOptions options) {
  const auto& beside = command.synthesis.beside;
  if (looks_like_torchscript(run))
    throw UsageError("a study wants to know which pictures the run held out, and '" + shown(run) + "' is an export",
                     "give the run directory");
  const Json meta = ArchiveReader(checkpoint_of(run, command.synthesis.model.at)).meta();
  const std::string origin = "'" + shown(run) + "'";
  options.holdout =
      value_or(value_or<Json>(meta, "options", Json::object(), origin), "holdout", 0.0, origin + ", its options");
  Dataset data = open_pictures(beside.data, options, beside.thread_count());
  if (!data.held_out)
    throw UsageError("a study needs pictures that the generator never saw, and this run held none out",
                     "train it with --holdout 0.2");
  if (data.pixels->info().identity != value_or<std::string>(meta, "data_identity", "", origin))
    throw UsageError("'" + shown(beside.data) + "' is not the data that the run was trained on",
                     "give that; only of it is known what the run did not see");
  return data;
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

void study(const Words& words, StudyCommand& command) {
  if (words.plain.size() != 1)
    throw UsageError("a study is of one run", "dcgan_study RUN --data DATA --per-class N --out DIR");
  const std::string& run = words.plain[0];
  auto& synthesis = command.synthesis;
  const Synthesized made = synthesize({words.plain, words.given}, synthesis, [&](const DataOptions& options) {
    return open_as_held_out(run, command, options);
  });
  DataOptions as_written = synthesis.beside.pixels;
  as_written.cache = "off";
  const Dataset folder = open_pictures(synthesis.out, as_written, synthesis.beside.thread_count());
  ProgressLine line;
  const Study found = study_of(*made.data.pixels, *folder.pixels, made.class_folders, *made.data.held_out,
                               {command.draws, command.few, synthesis.classifier()},
                               [&](int64_t done, int64_t of) { line.progress()("study", done, of); });
  print_study(found, made.data.held_out->info().count, command.few);
}

}  // namespace
}  // namespace dcgan

int main(int argc, char** argv) {
  dcgan::watch_signals();  // before any other thread is born
  dcgan::StudyCommand command;
  return dcgan::small_program(dcgan::kUsage, command, argc, argv,
                              [&](const dcgan::Words& words) { dcgan::study(words, command); });
}
