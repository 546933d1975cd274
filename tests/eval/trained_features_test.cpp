#include "eval/trained_features.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "eval/golden.hpp"
#include "eval/trained_file.hpp"
#include "support/temporary.hpp"

namespace dcgan::test {
namespace {

TEST(TrainedFeatures, AreThoseOfPyTorchsForwardPassOfTheSameRoundedWeights) {
  if (!trained_features_file()) GTEST_SKIP() << "no EfficientNet-Lite1; scripts/setup brings it";
  const Json golden = parse_json(read_text(DCGAN_TEST_GOLDENS "/trained_features.json"), "the golden");
  for (const auto& [side, rows] : golden.items()) {
    const auto network = trained_features(std::stoll(side));
    const at::Tensor ours = (*network)(two_pictures(std::stoll(side), std::stoll(side)));
    for (int64_t n = 0; n < 2; ++n) {
      const auto row = rows[static_cast<size_t>(n)].get<std::vector<double>>();
      const at::Tensor theirs = at::tensor(row);
      EXPECT_LT((ours[n].to(at::kDouble) - theirs).abs().max().item<double>(), 1e-4) << side;
      EXPECT_GT(theirs.max().item<double>(), 0.5) << side;
    }
  }
}

}  // namespace
}  // namespace dcgan::test
