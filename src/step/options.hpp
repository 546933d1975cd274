// Options of one update: written here (or beside what they steer) and nowhere else. No torch.
#pragma once

#include "core/options.hpp"
#include "nn/network.hpp"
#include "step/augment_options.hpp"
#include "step/loss_names.hpp"

namespace dcgan {

struct AdamOptions {
  PerNetwork<double> learning_rate{4e-4, 1e-4};
  PerNetwork<double> beta1{0.5, 0.5};
  PerNetwork<double> beta2{0.999, 0.999};
  PerNetwork<double> weight_decay{0, 0};

  template <class Visit>
  void fields(Visit&& visit) {
    visit.group("Adam");
    visit("lr", learning_rate, "step size of Adam (the paper: 0.0002 for both)", above(0, 1),
          "Radford et al. 2015, section 4");
    visit("beta1", beta1, "decay of Adam's first moment", within(0, 0.9999), "Radford et al. 2015, section 4");
    visit("beta2", beta2, "decay of Adam's second moment", within(0, 0.999999), "Kingma and Ba 2014");
    visit("weight-decay", weight_decay,
          "share of a convolution's weights that they lose in each step, times the step size; keeps them small where a "
          "norm makes their size meaningless, so that steps stay large beside them",
          within(0, 100), "Loshchilov and Hutter 2019; van Laarhoven 2017");
  }
};

/// What the two networks play for (step/objective).
struct ObjectiveOptions {
  std::string loss = "bce";
  std::optional<double> label_smoothing;
  double r1 = 0, r2 = 0;
  std::optional<double> gradient_penalty;
  int64_t penalty_every = 8;
  int64_t penalty_fall = 0;
  double penalty_floor = 0.1;
  double instance_noise = 0;
  int64_t instance_noise_images = 100'000;

  template <class Visit>
  void fields(Visit&& visit) {
    visit.group("Objective");
    visit("loss", loss, "what both networks are trained by; bce: non-saturating, minimax: its saturating form",
          one_of(loss_names()),
          "Goodfellow et al. 2014; Mao et al. 2017; Lim and Ye 2017; Gulrajani et al. 2017; Jolicoeur-Martineau 2018");
    visit("label-smoothing", label_smoothing,
          "how far below 1 the discriminator's target for real images lies; 0: the paper's; auto: 0.1 for bce, else 0",
          automatic(within(0, 0.5)), "Salimans et al. 2016, section 3.4");
    visit("r1", r1, "weight of the penalty on D's gradient at real images", within(0, 1e6),
          "Mescheder et al. 2018, equation 9")
        .only_with("--norm-d none");
    visit("r2", r2, "the same at generated images", within(0, 1e6), "Mescheder et al. 2018; Huang et al. 2024")
        .only_with("--norm-d none");
    visit(
        "gradient-penalty", gradient_penalty,
        "weight of the penalty that keeps D's gradient near 1 between real and generated images; auto: 10 for wgan-gp, "
        "else 0",
        automatic(within(0, 1e6)), "Gulrajani et al. 2017, equation 3")
        .only_with("--norm-d none");
    visit("penalty-every", penalty_every, "R1 and R2 are taken every so many steps, at so many times the weight",
          within(1, 1000, "steps"), "Karras et al. 2020 (StyleGAN2), section 4.1: lazy regularisation")
        .needs("--r1 or --r2", [this] { return r1 > 0 || r2 > 0; });
    visit("penalty-fall", penalty_fall, "images in which R1 and R2 fall to --penalty-floor, on half a cosine; 0: never",
          within(0, 1e12, "images"), "Huang et al. 2024, appendix")
        .needs("--r1 or --r2", [this] { return r1 > 0 || r2 > 0; });
    visit("penalty-floor", penalty_floor, "share of them that remains", within(0, 1))
        .needs("--penalty-fall above 0", [this] { return penalty_fall > 0; });
    visit("instance-noise", instance_noise, "deviation of the noise on all images that D sees at the start; 0: none",
          within(0, 2), "Sonderby et al. 2017, section 3; Arjovsky and Bottou 2017");
    visit("instance-noise-images", instance_noise_images, "images until that noise has faded away, linearly",
          within(1, 1e12, "images"))
        .needs("--instance-noise", [this] { return instance_noise > 0; });
  }
};

/// What changes with the images seen, and how steps are put together.
struct ScheduleOptions {
  int64_t ema_images = 10'000;
  double ema_ramp = 0.05;
  int64_t critic_steps = 1;
  int64_t accumulate = 1;
  int64_t lr_hold = 0;
  int64_t lr_half_life = 0;
  double lr_floor = 0;
  std::optional<int64_t> grow_images = 0;
  int64_t grow_from = 32;

  template <class Visit>
  void fields(Visit&& visit) {
    visit.group("Schedule");
    visit("ema-images", ema_images, "half-life of the generator's moving average; 0: none", within(0, 1e9, "images"),
          "Karras et al. 2018 (progressive growing), section 6");
    visit("ema-ramp", ema_ramp, "the half-life is at most this share of the images seen; 0: no ramp-up", within(0, 10),
          "Karras et al. 2020 (limited data): 0.05 in the authors' code")
        .needs("--ema-images above 0", [this] { return ema_images > 0; });
    visit("critic-steps", critic_steps, "updates of D for one of G", within(1, 100, "steps"),
          "Goodfellow et al. 2014, algorithm 1: k; Gulrajani et al. 2017: 5");
    visit("accumulate", accumulate, "parts that a batch is computed in, to save memory; BatchNorm sees a part",
          within(1, 4096));
    visit("grow-images", grow_images,
          "images that the networks learn at each smaller size first, whose sides double until they are those of "
          "--size; 0: they learn at --size at once; auto: where there are such sizes",
          automatic(within(0, 1e12, "images")), "Karras et al. 2018 (progressive growing), section 2");
    visit("grow-from", grow_from, "the least that the shorter side of those sizes may be", within(6, 7168, "pixels"))
        .needs("--grow-images above 0", [this] { return grow_images != 0; });
    visit("lr-hold", lr_hold, "images before the step sizes begin to fall", within(0, 1e12, "images"))
        .needs("--lr-half-life", [this] { return lr_half_life > 0; });
    visit("lr-half-life", lr_half_life, "images in which the step sizes then halve; 0: they stay as they are",
          within(0, 1e12, "images"));
    visit("lr-floor", lr_floor, "share of the step sizes that remains in the end", within(0, 1))
        .needs("--lr-half-life", [this] { return lr_half_life > 0; });
  }
};

struct TrainOptions {
  std::string precision = "auto";
  std::optional<int64_t> batch;
  AdamOptions adam;
  ObjectiveOptions objective;
  AugmentOptions augment;
  ScheduleOptions schedule;
  bool conditional = false;
  int64_t freeze_d = 0;
  bool sync_batchnorm = false;
  int64_t seed = 0;

  template <class Visit>
  void fields(Visit&& visit) {
    visit.group("Training");
    visit(
        "precision", precision,
        "number format of the convolutions; auto: bf16 where it is faster, else fp32; weights and sums are fp32 always",
        one_of({"auto", "fp32", "tf32", "bf16"}))
        .common();
    visit("batch", batch, "images a step; auto: 64 on a CPU, 128 (the paper's) on a GPU, fewer where memory is short",
          automatic(within(2, 65536, "images")))
        .common();
    adam.fields(visit);
    objective.fields(visit);
    augment.fields(visit);
    schedule.fields(visit);
    visit.group("Training");
    visit("conditional", conditional,
          "teach both networks the classes of the data, so that images can be asked for by class", {},
          "Miyato and Koyama 2018")
        .common();
    visit("freeze-d", freeze_d, "first blocks of the discriminator that keep their weights", within(0, 16, "blocks"),
          "Mo et al. 2020, \"Freeze the discriminator\", section 3");
    visit("sync-batchnorm", sync_batchnorm,
          "BatchNorm of several processes takes the statistics of all their images, as one process has them", {});
    visit("seed", seed, "names every random draw of the run", within(0, 9e18)).common();
  }
};

/// How a GPU works. Neither changes what is learned but in the last bits.
struct GpuOptions {
  bool deterministic = false;
  bool no_graph = false;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("deterministic", deterministic,
          "fix the algorithms of a GPU, so that a run repeats and resumes bit for bit (slower; a CPU always does)", {})
        .may_change();
    visit("no-graph", no_graph, "launch each kernel of a step on a GPU anew, instead of replaying a recorded step", {})
        .may_change();
  }
};

}  // namespace dcgan
