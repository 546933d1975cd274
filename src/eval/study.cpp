#include "eval/study.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "eval/choice.hpp"

namespace dcgan {
namespace {

/// 97.5 % quantile of Student's t for so many degrees of freedom: Cornish and Fisher 1937's expansion from the normal
/// one, to four digits from five degrees on; exact values below.
double student_quantile(int64_t degrees) {
  constexpr double kFew[] = {0, 12.7062, 4.30265, 3.18245, 2.77645};
  if (degrees < 5) return kFew[degrees];
  constexpr double z = 1.959964;
  const auto n = static_cast<double>(degrees);
  const double z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;
  return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n) +
         (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n);
}

/// A set by the labels of other class names.
class Relabelled : public Pixels {
 public:
  Relabelled(const Pixels& pixels, const std::vector<std::string>& class_names) : pixels_(pixels) {
    info_ = pixels.info();
    for (const auto& name : info_.classes) {
      const auto at = std::find(class_names.begin(), class_names.end(), name);
      if (at == class_names.end()) throw Error("'" + name + "' is no class of the real pictures");
      labels_.push_back(static_cast<int32_t>(at - class_names.begin()));
    }
    info_.classes = class_names;
  }
  void copy(int64_t index, uint8_t* out) const override { pixels_.copy(index, out); }
  int32_t label(int64_t index) const override {
    const int32_t label = pixels_.label(index);
    return label < 0 ? label : labels_[static_cast<size_t>(label)];
  }
  bool decodes() const override { return pixels_.decodes(); }

 private:
  const Pixels& pixels_;
  std::vector<int32_t> labels_;
};

}  // namespace

MeanOf mean_of(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  for (const double value : values) squares += (value - sum / n) * (value - sum / n);
  return {sum / n, student_quantile(static_cast<int64_t>(values.size()) - 1) * std::sqrt(squares / (n - 1) / n)};
}

std::string Study::verdict() const {
  if (gain.value > gain.half_interval) return "they helped";
  return gain.value < -gain.half_interval ? "they did harm" : "no difference shown";
}

Study study_of(const Pixels& real, const Pixels& made, const std::vector<std::string>& class_names,
               const Pixels& held_out, const StudyOptions& options,
               const std::function<void(int64_t, int64_t)>& progress) {
  const Relabelled synthetic(made, class_names);
  const auto classes = static_cast<int64_t>(class_names.size());
  LabelledPictures test;
  test.add(held_out, all_labelled(held_out));
  std::vector<double> alone, with, gains;
  for (int64_t draw = 0; draw < options.draws; ++draw) {
    ClassifierOptions lessons = options.lessons;
    lessons.seed += static_cast<uint64_t>(draw);
    const Draw choice(lessons.seed, Purpose::kEvaluationChoice, kChoiceOfReal);
    for (const bool has_made : {false, true}) {
      LabelledPictures taught;
      taught.add(real, options.few > 0 ? labelled_choice(real, options.few, choice) : all_labelled(real));
      if (has_made) taught.add(synthetic, all_labelled(synthetic));
      const auto step = [&](int64_t, int64_t) { progress(2 * draw + has_made, 2 * options.draws); };
      (has_made ? with : alone).push_back(Classifier(taught, classes, lessons, step).accuracy(test));
    }
    gains.push_back(with.back() - alone.back());
  }
  return {options.draws, mean_of(alone), mean_of(with), mean_of(gains)};
}

}  // namespace dcgan
