// The figures of evaluations (metrics): a row each. A new row appears by itself in `dcgan eval`, in what real pictures
// get (eval/real_side) and, of those that a run measures of itself, in its log, records, TensorBoard, state and charts.
// What is about certain figures names them: verdicts (train/watch), the best state (train/best_state), the words of
// `inspect` (cli/verbs/inspect_rows) and the order of charts (pages/assets/page.js).
// How a figure is computed is a file beside this one (kid.cpp, say). No torch.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "eval/measured.hpp"

namespace dcgan {

class Comparison;

/// Pictures set apart that are enough for a KID worth comparing; with fewer all pictures are compared with.
inline constexpr int64_t kEnoughHeldOut = 400;

/// Real pictures that are new are taken for copies up to so many times as often as the floor says, which knows half of
/// the pictures only: measured on five sets (docs/metrics.md), 1.4 at most.
inline constexpr double kMostOfFloor = 1.5;

/// Real pictures that shares of images and neighbourhoods need: of fewer each neighbourhood is so wide that smears lie
/// within (seen: 98 % of them in those of 64 photographs, 50 % of 100, 3 % of 150, 2 % of 200).
inline constexpr int64_t kEnoughForShares = 128;

/// A figure that compares generated images with real ones.
struct FigureRow {
  std::string name;    // begins its name in `dcgan eval`; in a run its key and tag
  std::string help;    // what it says, without a full stop
  std::string better;  // "lower", "higher", or "near 1"
  Measured (*measure)(const Comparison& sides) = nullptr;
  int64_t fewest = 2;          // images that it needs on each side; with fewer it is left out
  std::string cost = "small";  // what it takes beside the features of both sides
  bool has_error = false;      // its standard error is measured, too
  bool is_of_trained = false;  // it looks at the pictures trained on, where real ones were held out
  int in_runs = 0;             // its place among the figures that a run measures of itself; 0: none, it costs too much
  bool has_floor_in_runs = false;  // there with what real pictures get
  bool is_told_in_runs = false;    // to people, in a line
};

/// All of them, in the order of `dcgan eval`. A row's address stays as long as the row.
std::vector<const FigureRow*> figure_rows();
/// Those that a run measures of itself, in the order of its log.
std::vector<const FigureRow*> figure_rows_of_runs();
/// Throws std::logic_error when there is none of that name.
const FigureRow& figure_named(std::string_view name);
/// What each says and which way is better, a line a figure: for help.
std::string figures_help();

/// While it lives the table ends with this row. For tests, and for a figure that is tried before it is one of the
/// others. Not thread safe.
class AddedFigure {
 public:
  explicit AddedFigure(const FigureRow& row);
  ~AddedFigure();
  AddedFigure(const AddedFigure&) = delete;
  AddedFigure& operator=(const AddedFigure&) = delete;

 private:
  FigureRow row_;
};

/// What was found of a figure.
struct FoundFigure {
  const FigureRow* row = nullptr;
  Measured found;  // of the generated images
  Measured floor;  // of real pictures against real ones: what a perfect generator would get
  std::map<std::string, double> failures = {};  // of known failures, by name (eval/failures); none where nobody asked
};

/// Measures it; unknown where a side has too few images for it. `halves`: the sides are halves of one set, of which all
/// together need to be enough.
Measured measured(const FigureRow& row, const Comparison& sides, bool halves = false);
/// "kid needs 20 images on each side": of every figure that so many are too few for. Empty where there is none.
std::string too_few_text(int64_t generated, int64_t real);

}  // namespace dcgan
