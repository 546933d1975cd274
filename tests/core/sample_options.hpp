// Options of every kind of value, for tests.
#pragma once

#include "core/options.hpp"

namespace dcgan::test::option_values {

struct SampleOptions {
  int64_t images = 1000;
  std::optional<double> time;
  double lr = 0.5;
  Size size{64, 64};
  PerNetwork<double> rate{0.1, 0.2};
  PerNetwork<std::optional<int64_t>> width{64, 32};
  std::string fit = "crop";
  std::string run_name = "first";
  std::optional<int64_t> threads;
  bool flip = false;
  int64_t seed = 0;
  bool operator==(const SampleOptions&) const = default;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("images", images, "images to see", within(1, 1e12, "images"));
    visit("time", time, "how long", above(0, 1e7, "seconds"));
    visit("lr", lr, "step size", above(0.0, 1.0), "a paper");
    visit("size", size, "of the images", within(6, 7168, "pixels"));
    visit("rate", rate, "rate", within(0, 1));
    visit("width", width, "channels", within(1, 4096, "channels"));
    visit("fit", fit, "how", one_of({"crop", "pad"}));
    visit("run-name", run_name, "name", any_text("a name"));
    visit("threads", threads, "threads", automatic(within(1, 64)));
    visit("flip", flip, "mirror", {});
    visit("seed", seed, "seed", within(0, 9.3e18));
  }
};

inline void give(SampleOptions& options, const Given& given) { set_all(fields_of(options), given); }

}  // namespace dcgan::test::option_values
