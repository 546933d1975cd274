// What both networks are built from: options, and the shape plan they share. No torch here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/options.hpp"

namespace dcgan {

struct NetworkOptions {
  int64_t latent = 100;
  PerNetwork<int64_t> base_channels{64, 64};
  int64_t max_channels = 512;
  std::string norm_d = "auto";

  template <class Visit>
  void fields(Visit&& visit) {
    visit("latent", latent, "length of the latent vector z", within(1, 4096), "Radford et al. 2015, section 4");
    visit("base-channels", base_channels, "feature maps beside the image; they double as sides halve",
          within(1, 1024, "channels"));
    visit("max-channels", max_channels, "the most feature maps a layer may have", within(1, 8192, "channels"));
  }
};

/// Sides are base x 2^doublings, with one `doublings` for both, the largest that leaves both bases in 3..7.
struct ShapePlan {
  Size base;
  int64_t doublings = 0;
  Size size() const { return {base.width << doublings, base.height << doublings}; }
  bool operator==(const ShapePlan&) const = default;
};

/// The plan for a size. Throws UsageError naming the nearest sizes that can be built.
ShapePlan shape_plan(Size size);

/// Everything that decides the shapes of both networks; stored in every checkpoint.
struct NetworkPlan {
  NetworkOptions options;
  ShapePlan shape;
  int64_t image_channels = 3;

  /// Feature maps of the levels, beside the base first: base_channels x 2^(doublings-1) ... base_channels.
  std::vector<int64_t> channels(int64_t base_channels) const;
};

}  // namespace dcgan
