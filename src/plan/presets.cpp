#include "plan/presets.hpp"

#include "core/choice.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

/// `base` and then `more`, which wins.
Given with(Given base, const Given& more) {
  for (const auto& [name, text] : more) {
    std::erase_if(base, [&, &name = name](const auto& one) { return one.first == name; });
    base.emplace_back(name, text);
  }
  return base;
}

/// What version 0.1 took for best, by random features, and its runs are begun with: pairs and penalties on D's gradient
/// instead of BatchNorm in D (Huang et al. 2024), a generator that resizes and convolves, and a discriminator of half
/// the generator's width.
Given best_of_then() {
  return {{"loss", "relativistic"},
          {"r1", "20"},
          {"r2", "20"},
          {"arch", "upsample"},
          {"base-channels-g", "64"},
          {"base-channels-d", "32"},
          {"lr", "0.0004"},
          {"lr-hold", "200000"},
          {"lr-half-life", "400000"},
          {"lr-floor", "0.2"},
          {"beta1", "0"},
          {"beta2", "0.99"},
          {"eval-features", "auto"}};
}

/// What trained features chose on a CPU for thousands of pictures (docs/screening.md): four times as many steps for
/// the images, and larger ones, with narrow networks that pay for them, a generator whose weights do not grow and that
/// hears of z at every size, a longer average, and augmentation as far as D has seen each picture often.
Given best_known() {
  return with(best_of_then(), {{"batch", "16"},
                               {"base-channels-g", "auto"},
                               {"base-channels-d", "auto"},
                               {"self-modulation", "true"},
                               {"augment", "all"},
                               {"augment-p", "0.3"},
                               {"augment-rise", "auto"},
                               {"lr", "0.0008"},
                               {"weight-decay-g", "1"},
                               {"ema-images", "50000"},
                               {"ema-ramp", "0.1"}});
}

/// The settings that comparisons are made with, none of them left to an option's own default.
Given of_the_paper() {
  return {{"loss", "bce"},     {"label-smoothing", "0"}, {"arch", "dcgan"},  {"base-channels", "64"},
          {"lr", "0.0002"},    {"beta1", "0.5"},         {"beta2", "0.999"}, {"batch", "128"},
          {"ema-images", "0"}, {"eval-features", "auto"}};
}

}  // namespace

const std::vector<Preset>& presets() {
  static const std::vector<Preset> all = {
      {"default", "pictures of any kind", best_known()},
      {"small-data", "hundreds of pictures: all that D sees is augmented",
       with(best_of_then(),
            {{"augment", "all"}, {"base-channels-g", "auto"}, {"base-channels-d", "auto"}, {"init-from", "auto"}})},
      {"conditional", "pictures in classes, to be asked for by name", with(best_known(), {{"conditional", "true"}})},
      {"large", "many pictures and hours, or a GPU: networks of twice the width",
       with(best_of_then(), {{"base-channels-g", "128"}, {"base-channels-d", "64"}})},
      {"default-0.1", "the default of version 0.1, for comparisons", best_of_then()},
      {"small-data-0.1", "its small-data, for comparisons", with(best_of_then(), {{"augment", "all"}})},
      {"conditional-0.1", "its conditional, for comparisons", with(best_of_then(), {{"conditional", "true"}})},
      {"large-0.1", "its large, for comparisons",
       with(best_of_then(), {{"base-channels-g", "128"}, {"base-channels-d", "64"}})},
      {"paper", "section 4 of Radford et al. 2015, for comparisons",
       with(of_the_paper(), {{"latent-distribution", "uniform"}})},
      {"pytorch-example", "PyTorch's DCGAN example, for comparisons",
       with(of_the_paper(), {{"batch", "64"}, {"precision", "fp32"}})},
  };
  return all;
}

std::vector<std::string> preset_names() {
  std::vector<std::string> names = {"auto"};
  for (const auto& preset : presets()) names.push_back(preset.name);
  return names;
}

const Preset& preset_named(const std::string& name) {
  for (const auto& preset : presets())
    if (preset.name == name) return preset;
  const std::string meant = choice_meant(preset_names(), name);
  throw UsageError(
      "there is no preset '" + printable(name) + "'",
      (meant.empty() ? "" : "did you mean " + meant + "? ") + "choose one of " + joined(preset_names(), ", "));
}

PresetChoice choose_preset(const PresetFacts& facts) {
  const int64_t few = facts.on_gpu ? 20'000 : 1'000;
  const std::string pictures = counted(facts.pictures, "picture");
  if (facts.pictures < few)
    return {"small-data", pictures + ", fewer than " + with_commas(few) + (facts.on_gpu ? ", and a GPU" : "")};
  if (facts.conditional) return {"conditional", "classes are asked for"};
  if (facts.on_gpu) return {"large", pictures + " and a GPU"};
  return {"default", pictures + " of " + to_text(facts.size) + " pixels, on a CPU"};
}

}  // namespace dcgan
