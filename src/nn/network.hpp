// What both networks are built from: options, and the shape plan they share. No torch here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/options.hpp"
#include "nn/architectures.hpp"

namespace dcgan {

/// How latents are drawn.
struct LatentSpace {
  int64_t length;
  bool is_uniform;  // each number uniform in [-1, 1), else ~ N(0, 1)
  LatentSpace(int64_t length, bool is_uniform = false) : length(length), is_uniform(is_uniform) {}
};

struct NetworkOptions {
  int64_t latent = 100;
  std::string latent_distribution = "normal";
  PerNetwork<std::optional<int64_t>> base_channels{64, 64};
  int64_t max_channels = 512;
  std::string arch = "dcgan";
  bool self_modulation = false;
  std::string norm_d = "auto";
  bool spectral_norm = false;
  bool minibatch_std = false;

  template <class Visit>
  void fields(Visit&& visit) {
    visit.group("Networks");
    visit("latent", latent, "length of the latent vector z", within(1, 4096), "Radford et al. 2015, section 4");
    visit("latent-distribution", latent_distribution,
          "how z is drawn: N(0, 1), or uniformly from [-1, 1) as in the paper", one_of({"normal", "uniform"}),
          "Radford et al. 2015, section 4");
    visit(
        "base-channels", base_channels,
        "feature maps beside the image, which double as sides halve; auto: on a CPU 32 below 48 x 48 pixels, 20 below "
        "96 x 96, then 16, on a GPU 64",
        automatic(within(1, 1024, "channels")));
    visit("max-channels", max_channels, "the most feature maps a layer may have", within(1, 8192, "channels"));
    visit("arch", arch, architecture_help(), one_of(architecture_names()), architecture_sources()).common();
    visit("self-modulation", self_modulation,
          "whether z sets gains and biases of the generator's feature maps at every size, too", {},
          "Chen et al. 2019 (self modulation), section 2");
    visit("norm-d", norm_d, norm_d_help(), one_of({"auto", "batch", "none"}), "Radford et al. 2015, section 3");
    visit("spectral-norm", spectral_norm, "divide the discriminator's weights by their largest singular values", {},
          "Miyato et al. 2018");
    visit("minibatch-std", minibatch_std, "show the discriminator how much the images of a batch differ", {},
          "Karras et al. 2018 (progressive growing), section 3");
  }

  LatentSpace latent_space() const { return {latent, latent_distribution == "uniform"}; }
  /// "auto" resolved: whether the discriminator has BatchNorm. Throws UsageError where the architecture's cannot.
  bool has_batch_norm_d() const;
  /// Leaves no "auto" but of widths. Throws as has_batch_norm_d() does.
  void resolve() { norm_d = has_batch_norm_d() ? "batch" : "none"; }
  /// "auto" of the widths resolved: what gave the best pictures of this size in equal times on a CPU
  /// (docs/screening.md); wider networks see fewer images. On a GPU the paper's.
  void resolve_widths(Size size, bool on_cpu);
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
  int64_t classes = 0;                        // 0: images have none
  std::vector<std::string> class_names = {};  // one a class, as printable() gives them

  /// Feature maps of the levels, beside the base first: base_channels x 2^(doublings-1) ... base_channels; "auto",
  /// which the plan of a run has not, must be resolved.
  std::vector<int64_t> channels(std::optional<int64_t> base_channels) const;

  /// Both networks, as their architecture makes them. Throws UsageError for options that it cannot have.
  NetworkDescription generator() const;
  NetworkDescription discriminator() const;
  /// The same, and behind it those of the sizes below that it may be trained at first (nn/stages).
  std::vector<NetworkDescription> generator_stages() const;
  std::vector<NetworkDescription> discriminator_stages() const;
};

/// Throws Error naming `origin` when the generator of this plan, or its discriminator, has more than twice
/// as many weights as the `there` numbers of a file. For before it is built: what a file claims must not take memory
/// that its own bytes do not fill.
void check_weights(const NetworkPlan& plan, bool is_generator, int64_t there, const std::string& origin);

}  // namespace dcgan
