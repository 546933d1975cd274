// Trains where only the step can be built, on pictures that lie in a file as plain bytes: scripts/gpu-check quality.
// What it leaves is judged where the whole program is. For that it takes the options of a run that was begun there, and
// the names and the head of its export.
//
//   dcgan_bench_raw_training --pictures faces.raw --config RUN/config.json --like begun.safetensors --out OUT
//     --device cuda --seconds 180
//
// OUT/log.jsonl: a line a record, as a run's log has them, and at the end the peak of memory. OUT/model.safetensors:
// for `dcgan import`.
#include <ATen/Functions.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "bench/small_program.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/platform/cores.hpp"
#include "core/platform/machine.hpp"
#include "dataset/order.hpp"
#include "formats/safetensors.hpp"
#include "step/device.hpp"
#include "step/gpu.hpp"
#include "step/trainer.hpp"

namespace dcgan {
namespace {

namespace fs = std::filesystem;

struct RawOptions {
  std::string pictures, config, like, out = ".";
  std::string device = "auto";
  GpuOptions gpu;
  double seconds = 180;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("pictures", pictures, "uint8 [N, height, width, channels], and nothing else", any_text("FILE"));
    visit("config", config, "config.json of a run that was begun elsewhere: what to train", any_text("FILE"));
    visit("like", like, "`dcgan export` of that run: names, and the head of what is written", any_text("FILE"));
    visit("out", out, "folder for log.jsonl and model.safetensors", any_text("FOLDER"));
    visit("device", device, "where to compute", words_or({"auto", "cpu", "cuda"}, "cuda:N"));
    gpu.fields(visit);
    visit("seconds", seconds, "of training", above(0, 36000, "seconds"));
  }
};

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw UsageError("cannot read '" + path.string() + "'", "--help says what is wanted");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What a config has for these fields; the other keys are other rooms'.
void set_known(const Fields& fields, const Json& config, const std::string& origin) {
  Json known = to_json(fields);
  for (auto& [key, value] : known.items()) value = config.value(key, Json());
  set_from_json(fields, known, origin);
}

/// Pictures of a raw file, in the order in which a run without classes shows them.
class RawPictures {
 public:
  RawPictures(const fs::path& path, const NetworkPlan& plan) : bytes_(bytes_of(path)) {
    const Size size = plan.shape.size();
    each_ = static_cast<size_t>(size.width * size.height * plan.image_channels);
    if (bytes_.empty() || bytes_.size() % each_ != 0)
      throw UsageError("'" + path.string() + "' has " + std::to_string(bytes_.size()) +
                           " bytes, which are no pictures of " + std::to_string(each_) + " bytes each",
                       "give uint8 [N, " + std::to_string(size.height) + ", " + std::to_string(size.width) + ", " +
                           std::to_string(plan.image_channels) + "]");
  }
  int64_t count() const { return static_cast<int64_t>(bytes_.size() / each_); }
  Batch batch(int64_t first_image, int64_t images, uint64_t seed) const {
    Batch out{.first_image = first_image, .pixels = {}, .labels = std::vector<int32_t>(static_cast<size_t>(images), 0)};
    for (int64_t i = first_image; i < first_image + images; ++i) {
      const auto place = static_cast<size_t>(Permutation(count(), seed, i / count())(i % count())) * each_;
      out.pixels.insert(out.pixels.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(place),
                        bytes_.begin() + static_cast<std::ptrdiff_t>(place + each_));
    }
    return out;
  }

 private:
  std::string bytes_;
  size_t each_;
};

/// What the networks have now under the names of `head`, in its types.
std::vector<at::Tensor> values_of(const SafeTensors& head, const Trainer& trainer, GeneratorNetImpl& evaluation) {
  const NamedTensors state = trainer.state(evaluation);
  std::vector<at::Tensor> values;
  for (const auto& one : head.tensors) {
    const auto found = std::find_if(state.begin(), state.end(), [&](const auto& own) { return own.first == one.name; });
    const bool is_counter = one.type == ElementType::kI64;
    if (found == state.end() || !found->second.sizes().equals(one.shape) ||
        !(is_counter || one.type == ElementType::kF32) || is_counter == found->second.is_floating_point())
      throw Error("--like and --config are not of one run: '" + one.name + "' is not what these networks have there");
    values.push_back(found->second.to(at::kCPU, is_counter ? at::kLong : at::kFloat).contiguous());
  }
  return values;
}

void write_like(const fs::path& path, SafeTensors head, const std::vector<at::Tensor>& values, int64_t images) {
  std::erase_if(head.metadata, [](const auto& one) { return one.first == "sha256"; });  // of other numbers
  for (auto& [key, text] : head.metadata)
    if (key == "images_seen") text = std::to_string(images);
  std::ofstream file(path, std::ios::binary);
  file << safetensors_head(head.tensors, head.metadata);
  for (const auto& value : values)
    file.write(static_cast<const char*>(value.const_data_ptr()), static_cast<std::streamsize>(value.nbytes()));
  if (!file.flush()) throw Error("cannot write '" + path.string() + "'");
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void run(const Words& words, const RawOptions& options) {
  if (!words.plain.empty())
    throw UsageError("unexpected argument '" + printable(words.plain[0]) + "'", "--help lists the options");
  const std::string like = bytes_of(options.like);
  const SafeTensors head = read_safetensors(like, "'" + options.like + "'");
  const Json config = parse_json(bytes_of(options.config), options.config).at("options");
  if (config.value("channels", "rgb") != "rgb" || config.value("conditional", false))
    throw UsageError("'" + options.config + "' is of a run with classes, or of other pictures than RGB",
                     "begin one without --conditional, with --channels rgb");
  NetworkPlan plan;
  TrainOptions training;
  set_known(fields_of(plan.options), config, options.config);
  set_known(fields_of(training), config, options.config);
  Size size;
  set_from_text({"size", &size, "", within(6, 7168, "pixels"), ""}, config.at("size").get<std::string>(),
                options.config);
  plan.shape = shape_plan(size);

  std::vector<std::string> ignored;
  const at::Device device(resolve_device(options.device, ignored));
  settle_process(automatic_threads().count);
  const RawPictures pictures(options.pictures, plan);
  Trainer trainer(plan, training, device, options.gpu);
  values_of(head, trainer, *trainer.evaluation_generator());  // refuses now what could not be written in the end
  fs::create_directories(options.out);
  std::ofstream log(fs::path(options.out) / "log.jsonl");
  const auto say = [&](const Json& line) {
    log << compact(line) << std::endl, std::puts(compact(line).c_str()), std::fflush(stdout);
  };
  say({{"event", "begin"}, {"device", device.str()}, {"pictures", pictures.count()}, {"batch", *training.batch}});
  const auto start = std::chrono::steady_clock::now();
  for (double said = 0; seconds_since(start) < options.seconds;) {
    trainer.step(pictures.batch(trainer.images(), *training.batch, static_cast<uint64_t>(training.seed)));
    if (seconds_since(start) < said + options.seconds / 20) continue;
    Record record;
    trainer.take_record(record);
    record.images = trainer.images(), record.seconds = seconds_since(start);
    record.images_per_second = static_cast<double>(record.images) / record.seconds;
    said = record.seconds;
    say(to_json(record));
  }
  const auto values = values_of(head, trainer, *trainer.evaluation_generator());
  write_like(fs::path(options.out) / "model.safetensors", head, values, trainer.images());
  say({{"event", "end"},
       {"images", trainer.images()},
       {"peak_memory_bytes", device.is_cuda() ? gpu_memory(device).peak : resident_memory().peak}});
}

}  // namespace
}  // namespace dcgan

int main(int argc, char** argv) {
  dcgan::RawOptions options;
  return dcgan::small_program("usage: dcgan_bench_raw_training --pictures FILE --config FILE --like FILE [OPTIONS]\n",
                              options, argc, argv, [&](const dcgan::Words& words) { dcgan::run(words, options); });
}
