// What training says about a stretch of steps. Every figure covers all steps since the last record.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/json.hpp"

namespace dcgan {

struct Record {
  int64_t images = 0;            // seen by the discriminator since the run began
  int64_t steps = 0;             // since the last record
  int64_t g_steps = 0;           // of those with an update of G; without one G's figures are NaN
  double seconds = 0;            // of training since the run began, all its processes together
  double images_per_second = 0;  // since the last record, everything included
  double loss_d_real = 0;        // means over the steps, for bce: -log D(x)
  double loss_d_fake = 0;        // -log(1 - D(G(z))); 0 for a loss that compares pairs
  double loss_g = 0;             // -log D(G(z)), after D's update
  double penalty = 0;            // on D's gradients, as it was added to D's loss
  double d_real = 0;             // D(x) as a probability; for pairs, that the real one is the real one
  double d_fake_before = 0;      // D(G(z)) before D's update
  double d_fake_after = 0;       // and after it, as the generator's step sees it
  double d_real_right = 0;       // share of real images that D took for real; or of pairs in the right order
  double d_fake_right = 0;       // share of generated images that D took for generated; or the same
  double grad_norm_d = 0;        // L2 norm over all of D's gradients
  double grad_norm_g = 0;
  double augment_p = 0;  // probability of each kind of augmentation; 0 when there is none
  /// Figures of the run's evaluations, by name, as the last one found them; NaN before the first.
  std::vector<std::pair<std::string, double>> evaluated;
  std::string verdict = "balanced";  // on the game between the networks
  std::string pictures = {};         // what the last evaluation saw (eval/picture_judgement); empty: nothing
  double data_wait_share = 0;        // of the time: waiting for the loader, 0 to 1

  /// Names and values, in this order; the log, --json and the console all use them.
  template <class Visit>
  void fields(Visit&& visit) {
    visit("images", images), visit("steps", steps), visit("g_steps", g_steps), visit("seconds", seconds);
    visit("images_per_second", images_per_second);
    visit("loss_d_real", loss_d_real), visit("loss_d_fake", loss_d_fake), visit("loss_g", loss_g);
    visit("penalty", penalty);
    visit("d_real", d_real), visit("d_fake_before", d_fake_before), visit("d_fake_after", d_fake_after);
    visit("d_real_right", d_real_right), visit("d_fake_right", d_fake_right);
    visit("grad_norm_d", grad_norm_d), visit("grad_norm_g", grad_norm_g);
    visit("augment_p", augment_p);
    for (auto& [name, value] : evaluated) visit(name.c_str(), value);
    visit("verdict", verdict), visit("pictures", pictures), visit("data_wait_share", data_wait_share);
  }
  bool is_evaluated(std::string_view name) const {
    return std::any_of(evaluated.begin(), evaluated.end(), [&](const auto& one) { return one.first == name; });
  }
};

inline Json to_json(Record record) {
  Json json;
  record.fields([&](const char* name, const auto& value) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, double>)
      json[name] = std::isfinite(value) ? Json(value) : Json();  // JSON has no NaN
    else
      json[name] = value;
  });
  return json;
}

}  // namespace dcgan
