// Options of training. Each is written here (or in the room it steers) and nowhere else. No torch.
#pragma once

#include "core/options.hpp"
#include "dataset/options.hpp"
#include "nn/network.hpp"

namespace dcgan {

struct AdamOptions {
  PerNetwork<double> learning_rate{4e-4, 1e-4};
  PerNetwork<double> beta1{0.5, 0.5};
  PerNetwork<double> beta2{0.999, 0.999};

  template <class Visit>
  void fields(Visit&& visit) {
    visit("lr", learning_rate, "step size of Adam (the paper: 0.0002 for both)", above(0, 1),
          "Radford et al. 2015, section 4");
    visit("beta1", beta1, "decay of Adam's first moment", within(0, 0.9999), "Radford et al. 2015, section 4");
    visit("beta2", beta2, "decay of Adam's second moment", within(0, 0.999999), "Kingma and Ba 2014");
  }
};

struct TrainOptions {
  std::string precision = "auto";
  std::optional<int64_t> batch;
  AdamOptions adam;
  double label_smoothing = 0.1;
  int64_t ema_images = 10'000;
  int64_t seed = 0;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("precision", precision,
          "numbers of the convolutions; auto: bf16 where it is faster, else fp32; weights and sums are fp32 always",
          one_of({"auto", "fp32", "tf32", "bf16"}));
    visit("batch", batch, "images a step; auto: 16 on a CPU, 128 (the paper's) on a GPU, fewer where memory is short",
          automatic(within(2, 65536, "images")));
    adam.fields(visit);
    visit("label-smoothing", label_smoothing,
          "how far below 1 the discriminator's target for real images lies; 0: the paper's", within(0, 0.5),
          "Salimans et al. 2016, section 3.4");
    visit("ema-images", ema_images, "half-life of the generator's moving average; 0: none", within(0, 1e9, "images"),
          "Karras et al. 2018 (progressive growing), section 6");
    visit("seed", seed, "names every random draw of the run", within(0, 9e18));
  }
};

/// How a GPU works. Neither changes what is learned but in the last bits.
struct GpuOptions {
  bool deterministic = false;
  bool no_graph = false;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("deterministic", deterministic,
          "fix the algorithms of a GPU, so that a run repeats and resumes bit for bit (slower; a CPU always does)", {});
    visit("no-graph", no_graph, "launch each kernel of a step on a GPU anew, instead of replaying a recorded step", {});
  }
};

/// How a run is watched and where it computes. None of it changes what is learned, except threads and
/// device in the last bits.
struct RunOptions {
  std::string device = "auto";
  GpuOptions gpu;
  std::optional<int64_t> threads;
  int64_t log_every = 20;
  std::optional<int64_t> sample_every;
  std::optional<int64_t> checkpoint_every;
  int64_t keep = 3;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("device", device, "where to compute; auto: a GPU if this build and machine have one",
          any_text("auto|cpu|cuda|cuda:N"));
    gpu.fields(visit);
    visit("threads", threads, "CPU threads; auto: all cores", automatic(within(1, 1024)));
    visit("log-every", log_every, "a record in log.jsonl", within(1, 1e9, "steps"));
    visit("sample-every", sample_every, "a grid in samples/; auto: 10000 on a CPU, 100000 on a GPU, earlier at first",
          automatic(within(1, 1e12, "images")));
    visit("checkpoint-every", checkpoint_every, "a checkpoint and generator.pt; auto: 25000 on a CPU, 500000 on a GPU",
          automatic(within(1, 1e12, "images")));
    visit("keep", keep, "newest checkpoints that stay", within(1, 1e6));
  }
};

/// When to stop; at most one is given.
struct LengthOptions {
  std::optional<int64_t> images;
  std::optional<int64_t> epochs;
  std::optional<double> time;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("images", images, "stop after this many in all", within(1, 1e15, "images"));
    visit("epochs", epochs, "stop after this many passes in all", within(1, 1e12));
    visit("time", time, "stop this process after", above(0, 1e9, "seconds"));
  }
};

/// Everything that is stored with a run.
struct AllOptions {
  DataOptions data;
  NetworkOptions network;
  TrainOptions train;
  RunOptions run;
  LengthOptions length;

  template <class Visit>
  void fields(Visit&& visit) {
    length.fields(visit), data.fields(visit), network.fields(visit), train.fields(visit), run.fields(visit);
  }
};

}  // namespace dcgan
