// How pictures become what the network sees, and where decoded pixels are kept.
#pragma once

#include "core/options.hpp"

namespace dcgan {

/// What is held out of how many pictures where nobody said: enough for figures to be about pictures that are new.
inline constexpr double kUsualHoldout = 0.1;
inline double usual_holdout(int64_t pictures) {
  constexpr int64_t kMany = 5'000;
  return pictures >= kMany ? kUsualHoldout : 0;
}

/// What --channels calls so many.
inline std::string channels_name(int64_t channels) { return channels == 1 ? "gray" : channels == 4 ? "rgba" : "rgb"; }

struct DataOptions {
  Size size{64, 64};
  std::string channels = "auto";
  std::string fit = "crop";
  std::string crop_at = "center";
  std::optional<double> holdout = 0;  // none: see usual_holdout
  bool flip = false;
  bool class_balanced = false;
  bool strict = false;
  int64_t max_megapixels = 64;
  std::string cache = "auto";
  double cache_limit = 20;

  template <class Visit>
  void fields(Visit&& visit) {
    pixel_fields(visit);
    visit.group("Pictures");
    visit("holdout", holdout,
          "share of the pictures, chosen by their pixels, that are held out before anything else and never trained on; "
          "auto: a tenth from 5000 pictures on, else none",
          automatic(within(0, 0.5)));
    visit("class-balanced", class_balanced, "show every class equally often, however many pictures each has", {});
    visit("flip", flip, "mirror half of the images, drawn anew each epoch", {}).common();
    visit("cache", cache,
          "folder for decoded pixels; auto: dcgan below $XDG_CACHE_HOME or ~/.cache; off: decode every epoch",
          words_or_path({"auto", "off"}, "FOLDER"))
        .may_change();
    visit("cache-limit", cache_limit, "room that decoded pixels may take there; the oldest go first",
          within(0, 1e6, "GB"))
        .needs("--cache", [this] { return cache != "off"; })
        .may_change();
  }

  /// Those that decide which pictures are used and what their pixels are.
  template <class Visit>
  void pixel_fields(Visit&& visit) {
    visit.group("Pictures");
    visit("size", size, "side of the images, or WIDTHxHEIGHT; 3 to 7 times a power of two", within(6, 7168, "pixels"))
        .common();
    visit("channels", channels, "colours the network sees; auto: gray if every picture is gray, else rgb",
          one_of({"auto", "gray", "rgb", "rgba"}))
        .common();
    visit("fit", fit, "pictures of another shape are cut, padded with black or stretched",
          one_of({"crop", "pad", "stretch"}));
    visit("crop-at", crop_at, "what --fit crop keeps", one_of({"center", "top"})).needs("--fit crop", [this] {
      return fit == "crop";
    });
    visit("strict", strict, "stop at the first file that cannot be used instead of skipping it", {}).may_change();
    visit("max-megapixels", max_megapixels, "larger pictures are refused before they are decoded",
          within(1, 4000, "megapixels"));
  }
};

}  // namespace dcgan
