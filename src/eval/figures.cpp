#include "eval/figures.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "core/text.hpp"
#include "eval/comparison.hpp"

namespace dcgan {
namespace {

using Sides = const Comparison&;

const std::vector<FigureRow>& table() {
  static const std::vector<FigureRow> rows = {
      {.name = "kid",
       .help = "distance between the features of both sides, without bias",
       .better = "lower",
       .measure = [](Sides s) { return kid(s.generated(), s.real().features, s.real().kernels); },
       .fewest = 4,
       .cost = "kernels of all pairs of images",
       .has_error = true,
       .in_runs = 1,
       .is_told_in_runs = true},
      {.name = "fid",
       .help = "distance between two Gaussians fitted to the features; falls with the number of images",
       .better = "lower",
       .measure =
           [](Sides s) {
             return Measured{frechet_distance(s.real().moments, moments_of(s.generated(), /*with_root=*/false))};
           },
       .fewest = 4,
       .cost = "eigenvalues of a matrix as wide as the features"},
      {.name = "precision",
       .help = "share of generated images among the real ones",
       .better = "higher",
       .measure = [](Sides s) { return Measured{s.prdc().precision}; },
       .fewest = kEnoughForShares,
       .cost = "distances of all pairs of images, once for the four"},
      {.name = "recall",
       .help = "share of real images among the generated ones",
       .better = "higher",
       .measure = [](Sides s) { return Measured{s.prdc().recall}; },
       .fewest = kEnoughForShares,
       .cost = "distances of all pairs of images, once for the four"},
      {.name = "density",
       .help = "how closely real images surround the generated ones",
       .better = "higher",
       .measure = [](Sides s) { return Measured{s.prdc().density}; },
       .fewest = kEnoughForShares,
       .cost = "distances of all pairs of images, once for the four"},
      {.name = "coverage",
       .help = "share of real images with a generated one nearby",
       .better = "higher",
       .measure = [](Sides s) { return Measured{s.prdc().coverage}; },
       .fewest = kEnoughForShares,
       .cost = "distances of all pairs of images, once for the four"},
      {.name = "kinds",
       .help = "share of the real pictures whose kind is shown at least a quarter as often as it comes",
       .better = "higher",
       .measure = [](Sides s) { return Measured{kinds_covered(s.real().kinds.shares, s.shares())}; },
       .fewest = kEnoughForShares,
       .cost = "forty kinds of real pictures, once",
       .in_runs = 4,
       .has_floor_in_runs = true},
      {.name = "fitting",
       .help = "share of generated images of kinds that are shown at most twice as often as they come",
       .better = "higher",
       .measure = [](Sides s) { return Measured{kinds_fitting(s.real().kinds.shares, s.shares())}; },
       .fewest = kEnoughForShares,
       .cost = "forty kinds of real pictures, once",
       .in_runs = 5,
       .has_floor_in_runs = true},
      {.name = "memorised",
       .help = "share of generated images that copy a picture trained on",
       .better = "lower",
       .measure = [](Sides s) { return Measured{s.closeness().memorised_share()}; },
       .fewest = 2,
       .cost = "distances of all pairs of images",
       .is_of_trained = true,
       .in_runs = 3,
       .has_floor_in_runs = true},
      {.name = "diversity",
       .help = "mean distance between two generated images, over that between two real ones",
       .better = "near 1",
       .measure = [](Sides s) { return Measured{spread_of(s.generated()) / s.real().spread}; },
       .in_runs = 2,
       .is_told_in_runs = true}};
  return rows;
}

std::vector<const FigureRow*>& added() {
  static std::vector<const FigureRow*> rows;
  return rows;
}

}  // namespace

std::vector<const FigureRow*> figure_rows() {
  std::vector<const FigureRow*> rows;
  for (const auto& row : table()) rows.push_back(&row);
  rows.insert(rows.end(), added().begin(), added().end());
  return rows;
}

std::vector<const FigureRow*> figure_rows_of_runs() {
  auto rows = figure_rows();
  std::erase_if(rows, [](const FigureRow* row) { return row->in_runs == 0; });
  std::stable_sort(rows.begin(), rows.end(),
                   [](const FigureRow* a, const FigureRow* b) { return a->in_runs < b->in_runs; });
  return rows;
}

const FigureRow& figure_named(std::string_view name) {
  for (const FigureRow* row : figure_rows())
    if (row->name == name) return *row;
  throw std::logic_error("there is no figure '" + std::string(name) + "'");
}

Measured measured(const FigureRow& row, const Comparison& sides, bool halves) {
  constexpr int64_t kFew = 4;  // are needed by the measure itself, not by what it says
  const int64_t fewer = std::min(sides.generated().size(0), sides.real().count());
  const int64_t fewest = halves ? std::max(row.fewest / 2, std::min(row.fewest, kFew)) : row.fewest;
  return fewer < fewest ? Measured() : row.measure(sides);
}

std::string too_few_text(int64_t generated, int64_t real) {
  std::map<int64_t, std::vector<std::string>> names;
  for (const FigureRow* row : figure_rows())
    if (std::min(generated, real) < row->fewest) names[row->fewest].push_back(row->name);
  std::vector<std::string> parts;
  for (const auto& [fewest, figures] : names)
    parts.push_back(joined(figures, ", ") + (figures.size() > 1 ? " need " : " needs ") + std::to_string(fewest));
  return parts.empty() ? "" : joined(parts, "; ") + " images on each side";
}

std::string figures_help() {
  std::vector<std::string> lines;
  for (const FigureRow* row : figure_rows())
    lines.push_back(row->name + ": " + row->help + "; " +
                    (row->better == "near 1" ? "best near 1." : row->better + " is better."));
  return joined(lines, "\n");
}

AddedFigure::AddedFigure(const FigureRow& row) : row_(row) {
  for (const FigureRow* known : figure_rows())
    if (known->name == row.name) throw std::logic_error("the figure '" + row.name + "' already exists");
  added().push_back(&row_);
}

AddedFigure::~AddedFigure() { std::erase(added(), &row_); }

}  // namespace dcgan
