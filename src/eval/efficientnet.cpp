#include "eval/efficientnet.hpp"

#include <algorithm>
#include <cmath>

namespace dcgan {
namespace {

struct Stage {
  int64_t repeats, kernel, stride, expansion, channels;
  int64_t stage = 0;
};
// Table 1: MBConv blocks, from the stem on.
constexpr Stage kStages[] = {{1, 3, 1, 1, 16},  {2, 3, 2, 6, 24},  {2, 5, 2, 6, 40}, {3, 3, 2, 6, 80},
                             {3, 5, 1, 6, 112}, {4, 5, 2, 6, 192}, {1, 3, 1, 6, 320}};
constexpr int64_t kStem = 32, kHead = 1280;

/// To the nearest multiple of 8, but not below nine tenths.
int64_t scaled_channels(int64_t channels, double width) {
  const double wanted = width * static_cast<double>(channels);
  const auto near = std::max<int64_t>(8, static_cast<int64_t>(wanted + 4) / 8 * 8);
  return static_cast<double>(near) < 0.9 * wanted ? near + 8 : near;
}

/// The stages of this kind, one entry a block.
std::vector<Stage> blocks_of(const EfficientNetLite& kind) {
  std::vector<Stage> blocks;
  for (const Stage& stage : kStages) {
    const bool is_end = &stage == std::begin(kStages) || &stage == std::end(kStages) - 1;
    const auto repeats =
        is_end ? stage.repeats : static_cast<int64_t>(std::ceil(kind.depth * static_cast<double>(stage.repeats)));
    for (int64_t i = 0; i < repeats; ++i) {
      Stage block = stage;
      block.stride = i == 0 ? stage.stride : 1;
      block.channels = scaled_channels(stage.channels, kind.width);
      block.stage = &stage - std::begin(kStages);
      blocks.push_back(block);
    }
  }
  return blocks;
}

/// Out = ceil(in / stride), the zeros it takes spread evenly, an odd one behind.
void convolve_same(NetworkBuilder& build, const std::string& name, NetworkBuilder::Convolution how) {
  const int64_t side = build.shape().height, out = (side + how.stride - 1) / how.stride;
  const int64_t zeros = std::max<int64_t>((out - 1) * how.stride + how.side - side, 0);
  how.has_bias = true;
  if (zeros % 2 == 0)
    how.padding = zeros / 2;
  else
    build.pad(zeros / 2, zeros - zeros / 2);
  build.convolve(name, how);
}

void block(NetworkBuilder& build, const std::string& name, const Stage& how) {
  const int64_t x = build.last(), channels = build.shape().channels, inner = channels * how.expansion;
  if (how.expansion > 1) {
    convolve_same(build, name + ".expand", {.out = inner, .side = 1});
    build.then(LayerKind::kRelu6);
  }
  convolve_same(build, name + ".depthwise", {.out = inner, .side = how.kernel, .stride = how.stride, .groups = inner});
  build.then(LayerKind::kRelu6);
  convolve_same(build, name + ".project", {.out = how.channels, .side = 1});
  if (how.stride == 1 && how.channels == channels) build.add(build.last(), x);
}

std::string block_name(size_t number) { return "block" + std::to_string(number); }

}  // namespace

NetworkDescription efficientnet_lite(const EfficientNetLite& kind, int64_t side) {
  NetworkBuilder build({{3, side, side}});
  std::vector<int64_t> maps;
  convolve_same(build, "stem", {.out = kStem, .side = 3, .stride = 2});
  maps.push_back(build.then(LayerKind::kRelu6));
  const auto blocks = blocks_of(kind);
  for (size_t i = 0; i < blocks.size(); ++i) {
    block(build, block_name(i), blocks[i]);
    if (i + 1 == blocks.size() || blocks[i + 1].stage != blocks[i].stage) maps.push_back(build.last());
  }
  convolve_same(build, "head", {.out = kHead, .side = 1});
  maps.push_back(build.then(LayerKind::kRelu6));
  int64_t all = build.then(LayerKind::kSum, maps.front());
  for (size_t i = 1; i < maps.size(); ++i) all = build.concatenate(all, build.then(LayerKind::kSum, maps[i]));
  NetworkDescription network = build.take();
  network.maps = std::move(maps);
  return network;
}

std::vector<FoldedName> efficientnet_names(const EfficientNetLite& kind) {
  std::vector<FoldedName> all = {{"stem", "_conv_stem", "_bn0"}};
  const auto blocks = blocks_of(kind);
  for (size_t i = 0; i < blocks.size(); ++i) {
    const std::string own = block_name(i) + ".", theirs = "_blocks." + std::to_string(i) + ".";
    if (blocks[i].expansion > 1) all.push_back({own + "expand", theirs + "_expand_conv", theirs + "_bn0"});
    all.push_back({own + "depthwise", theirs + "_depthwise_conv", theirs + "_bn1"});
    all.push_back({own + "project", theirs + "_project_conv", theirs + "_bn2"});
  }
  all.push_back({"head", "_conv_head", "_bn1"});
  return all;
}

}  // namespace dcgan
