#include "experiments/study.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "eval/choice.hpp"

namespace dcgan {
namespace {

/// A set by the labels of other class names.
class Relabelled : public Pixels {
 public:
  Relabelled(const Pixels& pixels, const std::vector<std::string>& class_names) : pixels_(pixels) {
    info_ = pixels.info();
    for (const auto& name : info_.classes) {
      const auto at = std::find(class_names.begin(), class_names.end(), name);
      if (at == class_names.end()) throw Error("'" + name + "' is not a class of the real pictures");
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
