// Names of other programs are given to what those programs compute, and to nothing else.
#include "eval/peers.hpp"

#include <gtest/gtest.h>

namespace dcgan::test {
namespace {

using Names = std::vector<std::string>;

/// CIFAR-10 has 50,000 training pictures and 10,000 test pictures.
constexpr int64_t k10 = 10'000, k50 = 50'000;

FeatureInfo network(const std::string& family, const std::string& resize) {
  FeatureInfo info;
  info.family = family, info.resize = resize;
  return info;
}

Names names(const FeatureInfo& info, const PeerCounts& counts) {
  Names all;
  for (const auto& figure : peer_figures(info, counts)) all.push_back(figure.name);
  return all;
}

const std::string kTensorFlow = resizing_named("torch-fidelity")->text(), kClean = resizing_named("clean-fid")->text(),
                  kAsTheyAre = resizing_named("none")->text();

TEST(Peers, NameInceptionsFiguresByCountsWhereImagesAreResizedAsTensorFlowDid) {
  for (const auto& resize : {kTensorFlow, same_as_torch_fidelity_text()}) {
    const FeatureInfo inception = network("inception", resize);
    EXPECT_EQ(names(inception, {k50, k50, true}), (Names{"fid50k_full", "fid50k", "kid50k_full", "kid50k"}));
    EXPECT_EQ(names(inception, {k50, 70'000, true}), (Names{"fid50k_full", "kid50k_full"}));
    EXPECT_EQ(names(inception, {k50, k50, false}), (Names{"fid50k", "kid50k"})) << "50,000 of more, or held out";
    EXPECT_EQ(names(inception, {k10, k50, true}), (Names{"fid10k_full"})) << "CIFAR's training set";
    EXPECT_EQ(names(inception, {k10, k10, true}), (Names{"fid10k_full", "fid10k"})) << "CIFAR's test set";
    EXPECT_EQ(names(inception, {k10, k10, false}), (Names{"fid10k"}));
  }
}

TEST(Peers, NameCleanFidsFiguresAfterItsResizeAlone) {
  EXPECT_EQ(names(network("inception", kClean), {k50, k50, true}), (Names{"clean_fid", "clean_kid"}));
  EXPECT_EQ(names(network("inception", kClean), {k10, k10, true}), Names{});
}

TEST(Peers, NamePrecisionAndRecallOfTheNetworkThatTheyAreDefinedBy) {
  const FeatureInfo vgg = network("vgg16", kAsTheyAre);
  EXPECT_EQ(names(vgg, {k50, 60'000, true}), (Names{"pr50k3_full_precision", "pr50k3_full_recall"}));
  EXPECT_EQ(names(vgg, {k50, k50, false}), (Names{"pr50k3_precision", "pr50k3_recall"}));
  EXPECT_EQ(names(network("vgg16", kTensorFlow), {k50, k50, true}), Names{});
}

TEST(Peers, NameNothingOfAnotherNetworkResizeOrCount) {
  std::vector<std::string> resizes = {kAsTheyAre, same_as_torch_fidelity_text(), resize_text(299)};
  for (const auto& name : resizing_names())
    if (const auto resize = resizing_named(name)) resizes.push_back(resize->text());
  for (const std::string& resize : resizes) {
    for (const char* family : {"random_a", "random_b", "file", "lite1_160"})
      for (const int64_t generated : {k10, k50})
        EXPECT_EQ(names(network(family, resize), {generated, generated, true}), Names{}) << family << ", " << resize;
    for (const char* family : {"inception", "vgg16"})
      for (const int64_t generated : {k10 - 1, k10 + 1, k50 - 1, k50 + 1, int64_t{2}})
        EXPECT_EQ(names(network(family, resize), {generated, generated, true}), Names{}) << family << ", " << resize;
    if (resize == kTensorFlow || resize == kClean || resize == same_as_torch_fidelity_text()) continue;
    EXPECT_EQ(names(network("inception", resize), {k50, k50, true}), Names{}) << resize;
  }
}

}  // namespace
}  // namespace dcgan::test
