#include "eval/figures.hpp"

#include <algorithm>
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
       .has_error = true,
       .in_runs = 1,
       .digits_in_runs = 4},
      {.name = "fid",
       .help = "distance between two Gaussians fitted to the features; falls with the number of images",
       .better = "lower",
       .measure =
           [](Sides s) {
             return Measured{frechet_distance(s.real().moments, moments_of(s.generated(), /*with_root=*/false))};
           }},
      {.name = "precision",
       .help = "share of generated images among the real ones",
       .better = "higher",
       .measure = [](Sides s) { return Measured{s.prdc().precision}; }},
      {.name = "recall",
       .help = "share of real images among the generated ones",
       .better = "higher",
       .measure = [](Sides s) { return Measured{s.prdc().recall}; }},
      {.name = "density",
       .help = "how closely real images surround the generated ones",
       .better = "higher",
       .measure = [](Sides s) { return Measured{s.prdc().density}; }},
      {.name = "coverage",
       .help = "share of real images with a generated one nearby",
       .better = "higher",
       .measure = [](Sides s) { return Measured{s.prdc().coverage}; }},
      {.name = "memorised",
       .help = "share of generated images that copy a picture trained on",
       .better = "lower",
       .measure = [](Sides s) { return Measured{s.closeness().memorised_share()}; },
       .is_of_trained = true,
       .in_runs = 3,
       .has_floor_in_runs = true},
      {.name = "diversity",
       .help = "mean distance between two generated images, over that between two real ones",
       .better = "near 1",
       .measure = [](Sides s) { return Measured{spread_of(s.generated()) / s.real().spread}; },
       .in_runs = 2,
       .digits_in_runs = 2}};
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
