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

BenchOptions read_options(int argc, char** argv) {
  BenchOptions options;
  const Fields fields = fields_of(options);
  for (int i = 1; i < argc; ++i) {
    const std::string label = argv[i];
    const Field* field = label.starts_with("--") ? find_field(fields, label.substr(2)) : nullptr;
    if (!field) {
      std::string known;
      for (const auto& one : fields) known += "\n  --" + one.name + ": " + one.help + " (" + one.text() + ")";
      throw UsageError("no option is called '" + printable(label) + "'", "there are" + known);
    }
    if (field->is_flag())
      set_from_text(*field, "true", label);
    else if (++i < argc)
      set_from_text(*field, argv[i], label);
    else
      throw UsageError(label + " needs a value");
  }
  return options;
}

void say(const Json& json) { std::cout << compact(json) << std::endl; }  // flushed: a driver waits for the line

void run(const BenchOptions& options) {
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
  try {
    dcgan::run(dcgan::read_options(argc, argv));
    return dcgan::kDone;
  } catch (const dcgan::Error& error) {
    std::cerr << "error: " << error.what() << "\n" << (error.hint().empty() ? "" : "  hint: " + error.hint() + "\n");
    return error.exit_code();
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << "\n";
    return dcgan::kFailed;
  }
}
