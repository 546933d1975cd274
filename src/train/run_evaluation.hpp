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

namespace dcgan {

struct RunEvaluation {
  int64_t images = 0;                // seen by the state that was measured
  std::vector<FoundFigure> figures;  // a row each, in the order of the log; unknown until they are set
  bool is_best = false;

  RunEvaluation();
  /// Throws std::logic_error when runs do not measure that figure.
  const FoundFigure& operator[](std::string_view name) const;

  /// {"kid": ..., "kid_error": ..., ...}, null for what is not known; and back. A key that is not there, of a figure
  /// that is newer than the text, is not known. Throws Error naming `origin` and a key that is wrong.
  Json numbers() const;
  void set_numbers(const Json& numbers, const std::string& origin);
  /// The same without errors, as checkpoints have it.
  Json state() const;
  /// Values alone, by name: what each record repeats.
  std::vector<std::pair<std::string, double>> values() const;
  /// All numbers by TensorBoard's tags.
  std::vector<std::pair<std::string, double>> scalars() const;
  /// "kid 0.0123 +- 0.0004, diversity 0.98".
  std::string text() const;
};

/// The tag of a figure's value in TensorBoard.
inline std::string tag_of_figure(const std::string& name) { return "quality/" + name; }

}  // namespace dcgan
