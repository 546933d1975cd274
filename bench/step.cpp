// Times the training step alone: dcgan::Trainer on pictures that lie ready in memory. No loader, no files, no
// records, so that what is left is the step. bench/compare.py alternates this program with a Python loop.
//
//   dcgan_bench_step --size 64 --base-channels 64 --batch 64 --threads 2 --seconds 8 --rounds 5
//   dcgan_bench_step --pipe    # every line on standard input is one round; its number is the seconds
//
// Standard output is JSON lines: {"event":"ready",...} once warm, then {"event":"round",...} after each.
#include <ATen/Parallel.h>
#include <c10/core/Device.h>
#include <torch/version.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/options.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"
#include "train/trainer.hpp"

namespace dcgan {
namespace {

struct BenchOptions {
  Size size{64, 64};
  int64_t base_channels = 64;
  int64_t batch = 64;
  int64_t threads = usable_cores();
  double seconds = 8;
  int64_t rounds = 5;
  bool pipe = false;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("size", size, "side of the pictures", within(6, 7168, "pixels"));
    visit("base-channels", base_channels, "feature maps beside the image", within(1, 1024, "channels"));
    visit("batch", batch, "images a step", within(2, 65536, "images"));
    visit("threads", threads, "CPU threads", within(1, 1024));
    visit("seconds", seconds, "length of a round", above(0, 1e6, "seconds"));
    visit("rounds", rounds, "rounds before the program ends", within(1, 1e6));
    visit("pipe", pipe, "a round for each line on standard input, until it closes", {});
  }
};

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Smooth waves of colour, another set for each batch. Noise would do for speed as long as the losses stay
/// tame; a discriminator that has won outright makes gradients so small that the processor slows down.
Batch made_up_batch(const BenchOptions& options, int64_t number) {
  constexpr int64_t kChannels = 3;
  Batch batch;
  batch.labels.assign(static_cast<size_t>(options.batch), 0);
  batch.pixels.reserve(static_cast<size_t>(options.batch * options.size.width * options.size.height * kChannels));
  for (int64_t i = 0; i < options.batch; ++i) {
    const double phase = 0.7 * static_cast<double>(number * options.batch + i);
    for (int64_t y = 0; y < options.size.height; ++y)
      for (int64_t x = 0; x < options.size.width; ++x)
        for (int64_t c = 0; c < kChannels; ++c)
          batch.pixels.push_back(static_cast<uint8_t>(
              127.5 + 120 * std::sin(phase * double(c + 1) + 6.3 * (double(x) / double(options.size.width) +
                                                                    double(y) / double(options.size.height)))));
  }
  return batch;
}

/// A trainer, and batches that it goes round in.
class Bench {
 public:
  explicit Bench(const BenchOptions& options)
      : options_(options), trainer_(network(), train_options(), at::Device("cpu")) {
    constexpr int64_t kBatches = 8;
    for (int64_t i = 0; i < kBatches; ++i) batches_.push_back(made_up_batch(options, i));
  }

  /// Whole steps until `seconds` are over.
  Json round(double seconds) {
    const int64_t before = trainer_.images();
    const double start = seconds_now();
    double elapsed = 0;
    do {
      step();
      elapsed = seconds_now() - start;
    } while (elapsed < seconds);
    Record record;
    trainer_.take_record(record);
    const auto images = trainer_.images() - before;
    return {{"event", "round"},
            {"images", images},
            {"seconds", elapsed},
            {"images_per_second", static_cast<double>(images) / elapsed},
            {"loss_d", record.loss_d_real + record.loss_d_fake},
            {"loss_g", record.loss_g}};
  }

  void step() {
    Batch& batch = batches_[static_cast<size_t>(trainer_.steps()) % batches_.size()];
    batch.first_image = trainer_.images();
    trainer_.step(batch);
  }

 private:
  NetworkPlan network() const {
    NetworkPlan plan;
    plan.options.base_channels = {options_.base_channels, options_.base_channels};
    plan.shape = shape_plan(options_.size);
    return plan;
  }
  TrainOptions train_options() const {
    TrainOptions options;
    options.batch = options_.batch;
    return options;
  }

  const BenchOptions options_;
  Trainer trainer_;
  std::vector<Batch> batches_;
};

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
  dcgan::settle_process(options.threads);
  Bench bench(options);
  for (int i = 0; i < 3; ++i) bench.step();  // the first steps choose kernels and grow the heap
  say({{"event", "ready"},
       {"name", "ours"},
       {"torch", TORCH_VERSION},
       {"threads", at::get_num_threads()},
       {"processor", processor_name()}});
  if (!options.pipe)
    for (int64_t i = 0; i < options.rounds; ++i) say(bench.round(options.seconds));
  else
    for (std::string line; std::getline(std::cin, line) && !line.empty();) {
      double seconds = 0;
      set_from_text({"seconds", &seconds, "", above(0, 1e6, "seconds"), ""}, line, "a line on standard input");
      say(bench.round(seconds));
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
