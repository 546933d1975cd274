// Options of augmentation inside the step: which kinds there are, how often each happens, and who decides that. No
// torch.
#pragma once

#include "core/options.hpp"

namespace dcgan {

/// Kinds of augmentation that are on.
struct AugmentKinds {
  bool color = false;
  bool translation = false;
  bool cutout = false;

  bool any() const { return color || translation || cutout; }
  bool operator==(const AugmentKinds&) const = default;
};

struct AugmentOptions {
  std::string augment = "none";
  std::string augment_p = "1";
  std::optional<int64_t> augment_rise = 0;
  double ada_target = 0.6;
  int64_t ada_speed = 500'000;

  template <class Visit>
  void fields(Visit&& visit) {
    visit.group("Augmentation");
    visit("augment", augment,
          "changes real and generated images alike before D sees them, so that few pictures are enough",
          words_or_list({"none", "all"}, {"color", "translation", "cutout"}),
          "Zhao et al. 2020 (DiffAugment), section 3")
        .common();
    visit("augment-p", augment_p,
          "probability of each kind on an image; adaptive: from 0 up, more when D has memorised the real images",
          words_or({"adaptive"}, "0 to 1"), "Karras et al. 2020 (limited data), section 3.1")
        .needs("--augment all", [this] { return kinds().any(); });
    visit("augment-rise", augment_rise,
          "images until that probability is reached, from 0 up; auto: until each picture was seen 50 times",
          automatic(within(0, 1e12, "images")))
        .needs("--augment all", [this] { return kinds().any() && !adaptive(); });
    visit("ada-target", ada_target, "adaptive: the mean sign of D's logits on real images that is aimed at",
          within(-1, 1), "Karras et al. 2020 (limited data), section 3.1")
        .needs("--augment-p adaptive", [this] { return adaptive(); });
    visit("ada-speed", ada_speed, "adaptive: the probability could go from 0 to 1 within", within(1, 1e12, "images"),
          "Karras et al. 2020 (limited data), section 3.1")
        .needs("--augment-p adaptive", [this] { return adaptive(); });
  }

  /// What `augment` says. Throws UsageError naming the word that is no kind, and the kinds.
  AugmentKinds kinds() const;
  bool adaptive() const { return augment_p == "adaptive"; }
  /// The probability that a run starts with, 0 to 1: what `augment_p` says, 0 for "adaptive". Throws UsageError naming
  /// value and range.
  double first_probability() const;
};

}  // namespace dcgan
