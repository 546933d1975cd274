// What `dcgan synthesize` does with its options, for programs beside it that go on with what was made
// (experiments/study_main).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/model_options.hpp"
#include "cli/verb.hpp"
#include "eval/classifier.hpp"
#include "exchange/generator.hpp"
#include "nn/latents.hpp"

namespace dcgan {

struct SynthesizeOptions {
  std::string out;
  std::optional<int64_t> per_class;
  bool balance = false;
  double confidence = 0.5;
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
    visit("lessons", lessons, "pictures that a classifier sees, again and again", within(64, 1e9, "pictures"));
    latent.fields(visit);
    model.fields(visit);
    beside.fields(visit);
  }
  /// How the classifier that chooses learns.
  ClassifierOptions classifier() const { return {lessons, 64, 3e-3, static_cast<uint64_t>(latent.seed)}; }
};

struct Synthesized {
  Dataset data;                            // what classifier and choice knew of
  std::vector<std::string> class_folders;  // in the folder that was written, in the order of DATA's classes
};

/// Makes the images of MODEL, the first plain word, and prints a table of how many. `open` opens DATA when it is known
/// how the model's pictures were cut: all that classifier and choice shall know. Throws UsageError before anything is
/// written.
Synthesized synthesize(const Invocation& invocation, SynthesizeOptions& options,
                       const std::function<Dataset(const DataOptions&)>& open);

}  // namespace dcgan
