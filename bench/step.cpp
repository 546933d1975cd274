// Times the training step alone: dcgan::Trainer on pictures that lie ready in memory (step/measure). bench/compare.py
// alternates this program with a Python loop.
//
//   dcgan_bench_step --size 64 --base-channels 64 --batch 64 --threads 2 --seconds 8 --rounds 5
//   dcgan_bench_step --pipe    # every line on standard input is one round; its number is the seconds
//
// Standard output is JSON lines: {"event":"ready",...} once warm, then {"event":"round",...} after each.
#include <ATen/Parallel.h>
#include <c10/core/Device.h>
#include <torch/version.h>

#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "bench/small_program.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/options.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"
#include "step/device.hpp"
#include "step/measure.hpp"

namespace dcgan {
namespace {

struct BenchOptions {
  MeasureOptions measure;
  std::string precision = "fp32";
  bool pipe = false;

  template <class Visit>
  void fields(Visit&& visit) {
    measure.fields(visit);
    visit("precision", precision, "numbers of the convolutions", one_of({"fp32", "tf32", "bf16"}));
    visit("pipe", pipe, "a round for each line on standard input, until it closes", {});
  }
};

Json round_of(StepTimer& timer, double seconds) {
  const auto round = timer.round(seconds);
  return {{"event", "round"},
          {"images", round.images},
          {"seconds", round.seconds},
          {"images_per_second", round.images_per_second()},
          {"loss_d", round.record.loss_d_real + round.record.loss_d_fake},
          {"loss_g", round.record.loss_g}};
}

void say(const Json& json) { std::cout << compact(json) << std::endl; }  // flushed: a driver waits for the line

void run(const Words& words, const BenchOptions& options) {
  if (!words.plain.empty())
    throw UsageError("unexpected argument '" + printable(words.plain[0]) + "'", "--help lists the options");
  const MeasureOptions& measure = options.measure;
  settle_process(measure.thread_count());
  const at::Device device = measure.where();
  StepTimer timer(measure.network_plan(), measure.training(options.precision), device, measure.gpu);
  say({{"event", "ready"},
       {"name", "ours"},
       {"torch", TORCH_VERSION},
       {"threads", at::get_num_threads()},
       {"processor", processor_name()},
       {"device", device.str()},
       {"devices", device_names()}});
  if (!options.pipe)
    for (int64_t i = 0; i < measure.rounds; ++i) say(round_of(timer, measure.seconds));
  else
    for (std::string line; std::getline(std::cin, line) && !line.empty();) {
      double seconds = 0;
      set_from_text({"seconds", &seconds, "", above(0, 3600, "seconds"), ""}, line, "a line on standard input");
      say(round_of(timer, seconds));
    }
}

}  // namespace
}  // namespace dcgan

int main(int argc, char** argv) {
  dcgan::BenchOptions options;
  return dcgan::small_program("usage: dcgan_bench_step [OPTIONS]\n", options, argc, argv,
                              [&](const dcgan::Words& words) { dcgan::run(words, options); });
}
