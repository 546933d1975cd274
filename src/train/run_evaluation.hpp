// What an evaluation during a run found: the figures that eval/figures marks for runs, whichever they are, and their
// names in the log, in checkpoints and in TensorBoard. No torch.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "eval/figures.hpp"
#include "eval/picture_judgement.hpp"

namespace dcgan {

/// What an evaluation is beside those before. kNewest: taken for the best since few pictures cannot tell more.
enum class Ranked { kNotBetter, kBest, kNewest };

struct RunEvaluation {
  int64_t images = 0;                // seen by the state that was measured
  std::string features;              // family of the network that compared; empty before the first
  int64_t generated = 0, real = 0;   // images that were compared
  bool is_held_out = false;          // the real ones were never trained on
  std::vector<FoundFigure> figures;  // a row each, in the order of the log; unknown until they are set
  PictureJudgement pictures;         // what they say in words
  Ranked ranked = Ranked::kNotBetter;
  bool is_best() const { return ranked != Ranked::kNotBetter; }

  RunEvaluation();
  /// Throws std::logic_error when runs do not measure that figure.
  const FoundFigure& operator[](std::string_view name) const;

  /// All of it but the rank: {"kid": ..., "kid_error": ..., ..., "generated", "real", "pictures", "words"}, null for
  /// numbers that are not known; and back. A key that is not there, of a figure that is newer than the text, is not
  /// known. Throws Error naming `origin` and a key that is wrong. Checkpoints and other ranks have it.
  Json state() const;
  void set_state(const Json& state, const std::string& origin);
  /// What the log says of it, by the keys of telemetry/evaluation_event.
  Json facts() const;
  /// Values alone, by the same keys: what each record repeats.
  std::vector<std::pair<std::string, double>> values() const;
  /// All numbers by TensorBoard's tags.
  std::vector<std::pair<std::string, double>> scalars() const;
  /// "covers 4 % of what your pictures show (real ones: 93 %), ...; they are smears (kid_lite1_160 0.4123 +- 0.0044,
  /// diversity 0.98: 2,000 images, 4,000 pictures)".
  std::string text() const;
};

}  // namespace dcgan
