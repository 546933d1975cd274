#include "eval/trained_features.hpp"

#include <ATen/ATen.h>

#include "core/error.hpp"
#include "core/platform/io/program_folder.hpp"
#include "eval/efficientnet.hpp"
#include "eval/trained_file.hpp"
#include "nn/kernels/settle.hpp"
#include "nn/layers.hpp"

namespace dcgan {
namespace {

/// The description with its tensors.
Layers layers_with(const NetworkDescription& description, const NamedTensors& weights, at::Device device) {
  Layers layers;
  auto next = weights.begin();
  for (const auto& l : description.layers) {
    Layer one{.kind = l.kind, .from = l.from, .other = l.other, .name = l.name};
    one.stride = l.stride, one.padding = l.padding, one.padding_after = l.padding_after, one.groups = l.groups;
    for (const auto& planned : l.weights()) {
      const at::Tensor tensor = (next++)->second.to(device);
      one.tensors.emplace_back(planned.name.substr(l.name.size() + 1),
                               tensor.dim() == 4 ? tensor.contiguous(at::MemoryFormat::ChannelsLast) : tensor);
    }
    layers.push_back(std::move(one));
  }
  return layers;
}

/// While it lives a GPU's libraries compute in full fp32, by kernels that give the same bits each time. They are the
/// process's, and a trainer in it may have chosen otherwise.
class ExactLibraries {
 public:
  ExactLibraries()
      : tf32_(at::globalContext().allowTF32CuDNN()),
        deterministic_(at::globalContext().deterministicCuDNN()),
        benchmark_(at::globalContext().benchmarkCuDNN()) {
    set(false, true, false);
  }
  ~ExactLibraries() { set(tf32_, deterministic_, benchmark_); }
  ExactLibraries(const ExactLibraries&) = delete;
  ExactLibraries& operator=(const ExactLibraries&) = delete;

 private:
  static void set(bool tf32, bool deterministic, bool benchmark) {
    auto& context = at::globalContext();
    context.setAllowTF32CuDNN(tf32);
    context.setDeterministicCuDNN(deterministic);
    context.setBenchmarkCuDNN(benchmark);
  }
  const bool tf32_, deterministic_, benchmark_;
};

class TrainedNetwork : public FeatureNetwork {
 public:
  TrainedNetwork(TrainedFile file, std::string name, int64_t side, const std::string& device)
      : side_(side), device_(device) {
    settle_kernels();
    const NetworkDescription description = efficientnet_lite(*file.kind, side);
    layers_ = layers_with(description, file.weights, device_);
    std::vector<at::Tensor> pixels;
    for (const int64_t value : description.maps) {
      const MapShape& map = description.shape_of(value);
      info_.groups.push_back(map.channels), info_.features += map.channels;
      pixels.push_back(at::full({map.channels}, static_cast<double>(map.pixels()), at::kFloat));
    }
    pixels_ = at::cat(pixels).to(device_);
    info_.family = file.kind->family + ("_" + std::to_string(side)), info_.name = std::move(name);
    info_.resize = resize_text(side), info_.thumbnail = kThumbnail, info_.knows_things = true, info_.device = device;
    info_.sha256 = std::move(file.sha256);
  }

 protected:
  at::Tensor forward(const at::Tensor& images) override {
    const ExactLibraries exact;
    const int64_t at_once = device_.is_cpu() ? kAtOnce : kAtOnceOnGpu;
    auto out = at::empty({images.size(0), info_.features});
    for (int64_t first = 0; first < images.size(0); first += at_once) {
      const auto levels = resized(images.slice(0, first, first + at_once).to(device_), side_);
      const auto x = levels.sub(127.0).div_(128.0).contiguous(at::MemoryFormat::ChannelsLast);
      out.slice(0, first, first + at_once).copy_(run_layers(layers_, x, {}).flatten(1).div_(pixels_));
    }
    return out;
  }

 private:
  static constexpr int64_t kAtOnce = 4;  // wide early maps should stay in the caches: twice as quick as 16 at 240 px
  static constexpr int64_t kAtOnceOnGpu = 32;  // some 300 MB at 160 px
  int64_t side_;
  at::Device device_;
  at::Tensor pixels_;  // of the map that a feature is the mean of
  Layers layers_;
};

/// Of the file that the program brings, wherever it was made.
constexpr char kFile[] = "efficientnet-lite1.safetensors";
constexpr char kSha256[] = "ff2742a1e7d801b3a5be00d7dddf566792e7a20fd4546f49a18e92d2f4cd8392";

}  // namespace

std::optional<fs::path> trained_features_file() { return shared_file(kFile); }

std::string missing_trained_features() {
  return "the network that was trained on photographs is missing beside the program (share/dcgan/" +
         std::string(kFile) + ", which scripts/setup brings)";
}

std::unique_ptr<FeatureNetwork> trained_features(int64_t side, const std::string& device) {
  const auto path = trained_features_file();
  if (!path)
    throw UsageError(
        missing_trained_features(),
        "in the sources: scripts/setup && cmake --build build/release --target dcgan_features; a package has "
        "it, so install it again; `eval` does without: --features random-a");
  TrainedFile file = read_trained_file(*path);
  if (file.sha256 != kSha256)
    throw Error("'" + shown(*path) + "' is not the network that this version compares by: its sha256 is " +
                    file.sha256 + ", not " + kSha256,
                "install dcgan again, or build it again after removing that file");
  return std::make_unique<TrainedNetwork>(std::move(file), "trained", side, device);
}

std::unique_ptr<FeatureNetwork> trained_features(const fs::path& file, int64_t side, const std::string& device) {
  return std::make_unique<TrainedNetwork>(read_trained_file(file), shown(file.filename()), side, device);
}

}  // namespace dcgan
