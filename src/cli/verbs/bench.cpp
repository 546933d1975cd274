// `dcgan bench`: what this machine does with this program, beside what it could do at most.
#include <ATen/Parallel.h>
#include <torch/version.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/parallel.hpp"
#include "core/platform/io/child.hpp"
#include "core/platform/io/scratch.hpp"
#include "core/platform/machine.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "dataset/pack.hpp"
#include "dataset/source.hpp"
#include "image/sheet.hpp"
#include "plan/precision_choice.hpp"
#include "plan/roofline.hpp"
#include "step/device.hpp"
#include "step/measure.hpp"

namespace dcgan {
namespace {

struct BenchCommand {
  MeasureOptions measure;
  bool json = false;

  template <class Visit>
  void fields(Visit&& visit) {
    measure.fields(visit);
    visit("json", json, "all figures as one JSON object", {});
  }
};

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Json spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {{"min", values.front()}, {"median", values[values.size() / 2]}, {"max", values.back()}};
}

/// The parts of the report, each measured when it is asked for.
class Bench {
 public:
  Bench(const MeasureOptions& options, std::string data)
      : options_(options),
        data_(std::move(data)),
        network_(options.network_plan()),
        threads_(options.thread_count()),
        device_(options.where()) {
    settle_process(threads_);
    if (!data_.empty() && !looks_like_pack(data_)) open_source(data_);  // what cannot be opened is said at once
  }

  Json machine() const {
    return {{"processor", processor_name()}, {"cores", usable_cores()},    {"threads", threads_},
            {"torch", TORCH_VERSION},        {"bf16_units", bf16_units()}, {"devices", device_names()},
            {"device", device_.str()}};
  }

  /// In turns, so that what slows the machine for a while slows each.
  Json steps() const {
    const std::vector<std::string> names = precisions_of(device_);
    std::vector<std::unique_ptr<StepTimer>> timers;
    std::vector<std::vector<double>> speeds(names.size());
    for (const auto& name : names)
      timers.push_back(std::make_unique<StepTimer>(network_, options_.training(name), device_, options_.gpu));
    for (int64_t round = 0; round < options_.rounds; ++round)
      for (size_t i = 0; i < names.size(); ++i)
        speeds[i].push_back(timers[i]->round(options_.seconds).images_per_second());
    timers.clear();
    Json out = Json::object();
    for (size_t i = 0; i < names.size(); ++i) {
      const Roofline limit = measure_roofline(network_, options_.batch, precision_from(names[i]), device_);
      const double most = static_cast<double>(options_.batch) / limit.seconds();
      const Json speed = spread(speeds[i]);
      out[names[i]] = {{"images_per_second", speed},
                       {"limit_images_per_second", most},
                       {"share_of_limit", speed["median"].get<double>() / most},
                       {"gemm_gflops", limit.operations / limit.product_seconds / 1e9},
                       {"copy_gb_per_second", limit.copy_bytes_per_second / 1e9}};
    }
    return out;
  }

  Json generator() const {
    Json out = Json::object();
    for (const int64_t batch : {1, 64})
      out[std::to_string(batch)] = generator_images_per_second(network_, batch, options_.seconds, device_);
    return out;
  }

  /// Decoding, packing, reading a pack, and a short run of the whole program on it.
  Json program() const {
    const ScratchFolder scratch;
    const fs::path data = data_.empty() ? made_up_folder(scratch / "pictures") : fs::path(data_);
    DataOptions pixels;
    pixels.size = options_.size;
    Json out = {{"data", data_.empty() ? "made up, 178 x 218 JPEG" : printable(data_)}};
    const fs::path pack = scratch / "bench.pack";
    const double start = seconds_now();
    const Dataset dataset = looks_like_pack(data) ? open_dataset(data, pixels, threads_, {})
                                                  : pack_dataset(data, pixels, pack, threads_, {});
    const double packing = seconds_now() - start;
    const auto& info = dataset.pixels->info();
    out["pictures"] = info.count;
    if (!looks_like_pack(data)) out["decode_and_pack_images_per_second"] = static_cast<double>(info.count) / packing;
    out["read_microseconds"] = read_microseconds(*dataset.pixels);
    out.update(run(looks_like_pack(data) ? data : pack, scratch / "run"));
    return out;
  }

 private:
  fs::path made_up_folder(const fs::path& folder) const {
    constexpr int64_t kPictures = 1000, kWidth = 178, kHeight = 218;
    make_directories(folder);
    parallel_for(kPictures, threads_, [&](int64_t number) {
      Image image(kWidth, kHeight, 3);
      for (int64_t y = 0; y < kHeight; ++y)
        for (int64_t x = 0; x < kWidth; ++x)
          for (int64_t c = 0; c < 3; ++c)
            image.at(x, y)[c] = static_cast<uint8_t>((x * (number % 7 + 1) + y * (c + 2) + 31 * number) >> 1);
      write_file(folder / (zero_padded(number, 4) + ".jpg"), encode_jpeg(image), /*synced=*/false);
    });
    return folder;
  }

  /// For one image of a random batch, as the loader reads them.
  double read_microseconds(const Pixels& pixels) const {
    const auto& info = pixels.info();
    std::vector<uint8_t> out(static_cast<size_t>(info.image_bytes()));
    int64_t read = 0;
    uint64_t place = 1;
    const double start = seconds_now();
    do {
      for (int i = 0; i < 64; ++i, ++read)
        pixels.copy(
            static_cast<int64_t>((place = place * 6364136223846793005u + 1442695040888963407u) >> 33) % info.count,
            out.data());
    } while (seconds_now() - start < 0.3);
    return (seconds_now() - start) / static_cast<double>(read) * 1e6;
  }

  /// The whole program on pixels that are ready, in a process of its own.
  Json run(const fs::path& pack, const fs::path& folder) const {
    std::vector<std::string> words = {"train", pack.native(), "--run", folder.native(), "--json"};
    const auto add = [&](const std::string& name, const std::string& value) {
      words.push_back(name), words.push_back(value);
    };
    add("--batch", std::to_string(options_.batch)), add("--threads", std::to_string(threads_)),
        add("--device", device_.str());
    const auto add_fields = [&](const Fields& fields) {
      for (const auto& field : fields)
        if (!field.is_flag() && !field.is_shorthand())
          add("--" + field.name, field.text());
        else if (field.is_flag() && field.text() == "true")
          words.push_back("--" + field.name);
    };
    GpuOptions gpu = options_.gpu;
    add_fields(fields_of(gpu));
    add("--log-every", device_.is_cpu() ? "1" : "4");  // a short run shall have records; each makes a GPU wait
    NetworkOptions network = options_.network;
    add_fields(fields_of(network));
    add("--time", number_text(options_.seconds * static_cast<double>(options_.rounds)));
    Json config, last;
    double first_step = 0, opened = 0;
    const ChildEnd end = run_this_program(words, [&](const std::string& text, double seconds) {
      const Json said = parse_json(text, "a line of dcgan train");
      const auto event = value_or<std::string>(said, "event", "record", "a line of dcgan train");
      if (event == "start") config = said["config"], opened = seconds;
      if (event != "record") return;
      // The first record covers some steps; its own clock starts when training does.
      if (last.is_null())
        first_step = seconds - said["seconds"].get<double>() * (1 - 1.0 / said["steps"].get<double>());
      last = said;
    });
    throw_if_stopped("nothing is reported");
    if (end.exit_code != 0)
      throw Error("the run of the whole program ended with exit code " + std::to_string(end.exit_code),
                  "it said: " + end.said.substr(std::min(end.said.rfind("error: "), end.said.size())));
    if (last.is_null())
      throw Error("the run of the whole program was too short for a record",
                  "give more --seconds or a smaller --batch");
    return {{"precision", config["options"]["precision"]},
            {"images_per_second", last["images"].get<double>() / last["seconds"].get<double>()},
            {"data_wait_share", last["data_wait_share"]},
            {"seconds_until_data_is_open", opened},
            {"seconds_to_first_step", first_step},
            {"peak_memory_mb", static_cast<double>(end.peak_memory) / 1e6}};
  }

  const MeasureOptions& options_;
  std::string data_;
  NetworkPlan network_;
  int64_t threads_;
  at::Device device_;
};

void print_machine(const Json& m) {
  const std::string units = m["bf16_units"];
  std::printf("%s, %s of %s cores, LibTorch %s, bf16 units: %s\n", m["processor"].get<std::string>().c_str(),
              with_commas(m["threads"]).c_str(), with_commas(m["cores"]).c_str(), TORCH_VERSION,
              units.empty() ? "none" : units.c_str());
  for (const std::string device : m["devices"])
    if (device != "cpu") std::printf("%s\n", device.c_str());
  std::printf("measured on %s\n", m["device"].get<std::string>().c_str());
}

void print_steps(const Json& steps, int64_t batch) {
  std::printf("training step, batch %lld       images/s (spread)          at most   share\n",
              static_cast<long long>(batch));
  for (const auto& [name, one] : steps.items()) {
    const Json& speed = one["images_per_second"];
    std::printf("  %-28s %8s (%s to %s) %8s   %3.0f %%\n", name.c_str(), fixed_text(speed["median"], 1).c_str(),
                fixed_text(speed["min"], 1).c_str(), fixed_text(speed["max"], 1).c_str(),
                fixed_text(one["limit_images_per_second"], 1).c_str(), 100 * one["share_of_limit"].get<double>());
    std::printf("  %-28s its convolutions as matrix products %s GFLOP/s, copying %s GB/s\n", "",
                fixed_text(one["gemm_gflops"], 0).c_str(), fixed_text(one["copy_gb_per_second"], 1).c_str());
  }
}

void print_program(const Json& p) {
  const auto line = [](const char* what, const std::string& value) {
    std::printf("  %-28s %s\n", what, value.c_str());
  };
  std::printf("whole program on %s (%s pictures)\n", printable(p["data"].get<std::string>()).c_str(),
              with_commas(p["pictures"]).c_str());
  if (p.contains("decode_and_pack_images_per_second"))
    line("decode and pack", fixed_text(p["decode_and_pack_images_per_second"], 0) + " images/s");
  line("read from the pack", fixed_text(p["read_microseconds"], 2) + " us an image");
  line("train", fixed_text(p["images_per_second"], 1) + " images/s in " + p["precision"].get<std::string>() +
                    ", waiting for pictures " + fixed_text(100 * p["data_wait_share"].get<double>(), 1) + " %");
  line("process start to first step", fixed_text(p["seconds_to_first_step"], 2) + " s, data open after " +
                                          fixed_text(p["seconds_until_data_is_open"], 2) + " s");
  line("peak memory", fixed_text(p["peak_memory_mb"], 0) + " MB, with libraries and maps");
}

void bench(const Invocation& invocation, BenchCommand& command) {
  const Bench bench(command.measure, invocation.positional(0));
  const Json machine = bench.machine();
  if (!command.json) print_machine(machine);
  const Json steps = bench.steps();
  if (!command.json) print_steps(steps, command.measure.batch);
  const Json generator = bench.generator();
  if (!command.json)
    std::printf("generator\n  %-28s %s images/s\n  %-28s %s images/s\n", "batch 1",
                fixed_text(generator["1"], 1).c_str(), "batch 64", fixed_text(generator["64"], 1).c_str());
  const Json program = bench.program();
  if (!command.json) return print_program(program);
  std::printf(
      "%s",
      pretty(printable_json({{"machine", machine}, {"step", steps}, {"generator", generator}, {"program", program}}))
          .c_str());
}

}  // namespace

Verb bench_verb() {
  Verb verb;
  verb.name = "bench";
  verb.group = "Train";
  verb.examples = {"dcgan bench photos/ --size 16"};
  verb.help = "how fast this machine trains, next to the most it could";
  verb.details =
      "Times the training step in each precision, the generator, and the whole program on DATA (made-up pictures\n"
      "without one). \"At most\" is measured here too: every convolution at the speed of a matrix product of its\n"
      "shape, everything else at the speed of copying its bytes. Takes about a minute; keep the machine quiet.";
  verb.positionals = {{"DATA", kDataKinds, false}};
  set_options<BenchCommand>(verb, bench);
  return verb;
}

}  // namespace dcgan
