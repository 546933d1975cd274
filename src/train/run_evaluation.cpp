#include "train/run_evaluation.hpp"

#include <cmath>
#include <stdexcept>

#include "core/text.hpp"

namespace dcgan {
namespace {

enum class Number { kValue, kError, kFloor };

/// Calls visit(row, which, number) for every number that runs have of their figures.
template <class Figures, class Visit>
void each_number(Figures& figures, Visit&& visit) {
  for (auto& figure : figures) {
    visit(*figure.row, Number::kValue, figure.found.value);
    if (figure.row->has_error) visit(*figure.row, Number::kError, figure.found.standard_error);
    if (figure.row->has_floor_in_runs) visit(*figure.row, Number::kFloor, figure.floor.value);
  }
}

std::string key_of(const FigureRow& row, Number which) {
  return row.name + (which == Number::kError ? "_error" : which == Number::kFloor ? "_floor" : "");
}

/// JSON has no NaN and no infinity.
Json finite_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }

}  // namespace

RunEvaluation::RunEvaluation() {
  for (const FigureRow* row : figure_rows_of_runs()) figures.push_back({row, {}, {}});
}

const FoundFigure& RunEvaluation::operator[](std::string_view name) const {
  for (const FoundFigure& figure : figures)
    if (figure.row->name == name) return figure;
  throw std::logic_error("runs do not measure '" + std::string(name) + "'");
}

Json RunEvaluation::numbers() const {
  Json all = Json::object();
  each_number(figures,
              [&](const FigureRow& row, Number which, double value) { all[key_of(row, which)] = finite_or_null(value); });
  return all;
}

void RunEvaluation::set_numbers(const Json& numbers, const std::string& origin) {
  each_number(figures, [&](const FigureRow& row, Number which, double& value) {
    value = value_or(numbers, key_of(row, which).c_str(), Measured::kUnknown, origin);
  });
}

Json RunEvaluation::state() const {
  Json all = Json::object();
  each_number(figures, [&](const FigureRow& row, Number which, double value) {
    if (which != Number::kError) all[key_of(row, which)] = finite_or_null(value);
  });
  return all;
}

std::vector<std::pair<std::string, double>> RunEvaluation::values() const {
  std::vector<std::pair<std::string, double>> all;
  for (const FoundFigure& figure : figures) all.emplace_back(figure.row->name, figure.found.value);
  return all;
}

std::vector<std::pair<std::string, double>> RunEvaluation::scalars() const {
  std::vector<std::pair<std::string, double>> all;
  each_number(figures, [&](const FigureRow& row, Number which, double value) {
    all.emplace_back(tag_of_figure(which == Number::kError ? row.name + "_standard_error" : key_of(row, which)), value);
  });
  return all;
}

std::string RunEvaluation::text() const {
  std::vector<std::string> parts;
  for (const auto& [row, found, floor] : figures) {
    if (row->digits_in_runs == 0) continue;
    parts.push_back(row->name + " " + fixed_text(found.value, row->digits_in_runs));
    if (row->has_error) parts.back() += " +- " + fixed_text(found.standard_error, row->digits_in_runs);
  }
  return joined(parts, ", ");
}

}  // namespace dcgan
