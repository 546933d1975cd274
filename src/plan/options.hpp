// Options of training. Each is written here (or in the room it steers) and nowhere else. No torch.
#pragma once

#include "core/options.hpp"
#include "dataset/options.hpp"
#include "dist/options.hpp"
#include "nn/network.hpp"
#include "plan/presets.hpp"
#include "step/options.hpp"

namespace dcgan {

/// How a run measures itself, and what it does about what it finds.
struct WatchOptions {
  std::optional<int64_t> eval_every;
  std::optional<int64_t> eval_samples, eval_real;
  std::string eval_features = "random-a";  // presets say auto; this is what their absence in an older config means
  int64_t stop_when_flat = 0;
  std::string on_collapse = "warn";

  template <class Visit>
  void fields(Visit&& visit) {
    visit.group("Evaluation");
    visit("eval-every", eval_every,
          "measure how good the images are, and keep the best state; 0: never; auto: a twentieth of the time at most, "
          "and "
          "once at the end of a shorter run",
          automatic(within(0, 1e12, "images")))
        .may_change();
    visit("eval-samples", eval_samples, "images that are generated for that; auto: 2000, fewer in short runs",
          automatic(within(2, 100'000, "images")))
        .needs("--eval-every above 0", [this] { return eval_every != 0; });
    visit(
        "eval-real", eval_real,
        "real pictures that they are compared with at most; auto: 4000, fewer in short runs; 10000 by random features",
        automatic(within(2, 1e7, "images")))
        .needs("--eval-every above 0", [this] { return eval_every != 0; });
    visit("eval-features", eval_features,
          "network that images are compared by: trained (on photographs), random-a, random-b, or a file; auto: trained "
          "where it is installed, else random-a",
          words_or_path({"auto", "trained", "random-a", "random-b"}, "FILE"))
        .needs("--eval-every above 0", [this] { return eval_every != 0; });
    visit("stop-when-flat", stop_when_flat,
          "end the run when KID has not improved by more than chance for so many images; 0: never",
          within(0, 1e12, "images"))
        .may_change();
    visit("on-collapse", on_collapse,
          "when images have become all alike; rollback: to the best state, with half the step sizes",
          one_of({"warn", "stop", "rollback"}))
        .may_change();
  }
};

/// How a run is logged and where it computes. None of it changes what is learned, except threads and
/// device in the last bits.
struct RunOptions {
  std::string device = "auto";
  GpuOptions gpu;
  std::optional<int64_t> threads;
  int64_t log_every = 20;
  std::optional<int64_t> sample_every;
  std::optional<int64_t> checkpoint_every;
  int64_t keep = 3;
  bool tensorboard = true;
  bool histograms = false;
  bool preview = false;
  GroupOptions ranks;

  template <class Visit>
  void fields(Visit&& visit) {
    visit.group("Machine and log");
    visit("device", device, "where to compute; auto: a GPU if this build and machine have one",
          words_or({"auto", "cpu", "cuda"}, "cuda:N"))
        .may_change()
        .common();
    gpu.fields(visit);
    visit("threads", threads, "CPU threads; auto: the cores that are free for it", automatic(within(1, 1024)))
        .may_change();
    visit("log-every", log_every, "a record in log.jsonl", within(1, 1e9, "steps")).may_change();
    visit("sample-every", sample_every, "a grid in samples/; auto: 10000 on a CPU, 100000 on a GPU, earlier at first",
          automatic(within(1, 1e12, "images")))
        .may_change()
        .common();
    visit(
        "checkpoint-every", checkpoint_every,
        "a checkpoint, and generator.pt as long as no best state was measured; auto: 25000 on a CPU, 500000 on a GPU, "
        "earlier at first",
        automatic(within(1, 1e12, "images")))
        .may_change();
    visit("keep", keep, "newest checkpoints that stay", within(1, 1e6)).may_change();
    visit("tensorboard", tensorboard, "write no event files for TensorBoard into the run directory", {}).may_change();
    visit("histograms", histograms, "write histograms of weights and gradients into them, with each grid", {})
        .may_change();
    visit("preview", preview, "show each grid in the terminal, too, in coloured half blocks", {}).may_change().common();
    ranks.fields(visit);
  }
};

/// When to stop; at most one is given.
struct LengthOptions {
  std::optional<int64_t> images;
  std::optional<int64_t> epochs;
  std::optional<double> time;

  template <class Visit>
  void fields(Visit&& visit) {
    visit.group("Length");
    visit("images", images, "stop after this many in all; auto: never", automatic(within(1, 1e15, "images")))
        .may_change()
        .common();
    visit("epochs", epochs, "stop after this many passes in all; auto: no end", automatic(within(1, 1e12)))
        .may_change();
    visit("time", time, "stop this process after so long; auto: never, as without a length",
          automatic(above(0, 1e9, "seconds")))
        .may_change()
        .common();
  }
};

/// Everything that is stored with a run.
struct AllOptions {
  AllOptions() { data.holdout.reset(); }  // a training's default, not that of other verbs that open pictures
  bool names_a_model() const { return init_from != "none" && init_from != "auto"; }

  std::string preset = "auto";
  std::string init_from = "none";
  DataOptions data;
  NetworkOptions network;
  TrainOptions train;
  WatchOptions watch;
  RunOptions run;
  LengthOptions length;

  template <class Visit>
  void fields(Visit&& visit) {
    visit.group("Beginning");
    visit("preset", preset,
          "set of options to begin from, see `dcgan presets`; auto: by count of the pictures, classes and device",
          words_or(preset_names(), ""))
        .common();
    visit(
        "init-from", init_from,
        "begin with the weights of this run, checkpoint or exported model (.safetensors, .pt) instead of random ones; "
        "its networks and size are taken over. Of a generator alone the discriminator begins at random. auto: of the "
        "model of photographs that ships, if it has these very networks",
        words_or_path({"none", "auto"}, "MODEL"))
        .common();
    length.fields(visit), data.fields(visit), network.fields(visit), train.fields(visit), watch.fields(visit),
        run.fields(visit);
  }
};

}  // namespace dcgan
