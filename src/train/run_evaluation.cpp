#include "train/run_evaluation.hpp"

#include <cmath>
#include <stdexcept>

#include "core/text.hpp"
#include "telemetry/evaluation_event.hpp"

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

const char* part_of(Number which) { return which == Number::kError ? "error" : which == Number::kFloor ? "floor" : ""; }

std::string bare_key(const FigureRow& row, Number which) { return evaluation_key(row.name, "", part_of(which)); }

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

Json RunEvaluation::state() const {
  Json all = {{"features", features},       {"generated", generated},       {"real", real},
              {"is_held_out", is_held_out}, {"pictures", pictures.verdict}, {"words", pictures.words}};
  each_number(figures, [&](const FigureRow& row, Number which, double value) {
    all[bare_key(row, which)] = finite_or_null(value);
  });
  return all;
}

void RunEvaluation::set_state(const Json& state, const std::string& origin) {
  each_number(figures, [&](const FigureRow& row, Number which, double& value) {
    value = value_or(state, bare_key(row, which).c_str(), Measured::kUnknown, origin);
  });
  // Not in states of before.
  features = value_or<std::string>(state, "features", "", origin);
  generated = value_or<int64_t>(state, "generated", 0, origin), real = value_or<int64_t>(state, "real", 0, origin);
  is_held_out = value_or(state, "is_held_out", false, origin);
  pictures.verdict = value_or<std::string>(state, "pictures", "", origin);
  pictures.words = value_or<std::string>(state, "words", "", origin);
}

Json RunEvaluation::facts() const {
  Json all = {{"features", features}};
  each_number(figures, [&](const FigureRow& row, Number which, double value) {
    all[evaluation_key(row.name, features, part_of(which))] = finite_or_null(value);
  });
  all["generated"] = generated, all["real"] = real;
  all["against"] = is_held_out ? "held out" : "training pictures";
  if (!pictures.verdict.empty()) all["pictures"] = pictures.verdict;
  if (!pictures.words.empty()) all["words"] = pictures.words;
  all["best"] = is_best();
  return all;
}

std::vector<std::pair<std::string, double>> RunEvaluation::values() const {
  std::vector<std::pair<std::string, double>> all;
  for (const FoundFigure& figure : figures)
    all.emplace_back(evaluation_key(figure.row->name, features), figure.found.value);
  return all;
}

std::vector<std::pair<std::string, double>> RunEvaluation::scalars() const {
  std::vector<std::pair<std::string, double>> all;
  each_number(figures, [&](const FigureRow& row, Number which, double value) {
    const char* part = which == Number::kError ? "standard_error" : part_of(which);
    if (std::isfinite(value)) all.emplace_back("quality/" + evaluation_key(row.name, features, part), value);
  });
  return all;
}

std::string RunEvaluation::text() const {
  std::vector<std::string> parts;
  for (const FoundFigure& figure : figures) {
    if (!figure.row->is_told_in_runs || !std::isfinite(figure.found.value)) continue;
    parts.push_back(evaluation_key(figure.row->name, features) + " " + evaluation_value(figure.found.value));
    if (figure.row->has_error && std::isfinite(figure.found.standard_error))
      parts.back() += " +- " + evaluation_value(1.959964 * figure.found.standard_error);
  }
  const std::string counts = counted(generated, "image") + ", " + counted(real, "picture") +
                             (is_held_out ? " held out" : " that it was trained on");
  const std::string numbers = parts.empty() ? too_few_text(generated, real) : joined(parts, ", ");
  std::vector<std::string> words;
  for (const std::string& part : {pictures.words, verdict_text(pictures.verdict)})
    if (!part.empty()) words.push_back(part);
  if (words.empty()) return numbers + " (" + counts + ")";
  return joined(words, "; ") + " [" + numbers + ": " + counts + "]";
}

}  // namespace dcgan
