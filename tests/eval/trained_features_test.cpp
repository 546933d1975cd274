#include "eval/trained_features.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "eval/golden.hpp"
#include "eval/trained_file.hpp"
#include "support/temporary.hpp"

namespace dcgan::test {
namespace {

/// As goldens/trained_features.py makes them: uint8 [2, side, side, 3].
at::Tensor made_levels(int64_t side) {
  auto out = at::empty({2, side, side, 3}, at::kByte);
  auto at = out.accessor<uint8_t, 4>();
  for (int64_t n = 0; n < 2; ++n)
    for (int64_t y = 0; y < side; ++y)
      for (int64_t x = 0; x < side; ++x)
        for (int64_t c = 0; c < 3; ++c)
          at[n][y][x][c] = static_cast<uint8_t>((x * (3 + n) + y * (5 * c + 1) + (x * y) / (7 + c)) % 256);
  return out;
}

TEST(TrainedFeatures, AreThoseOfPyTorchsForwardPassOfTheSameRoundedWeights) {
  if (!trained_features_file()) GTEST_SKIP() << "no EfficientNet-Lite1; scripts/setup brings it";
  const Json golden = parse_json(read_text(DCGAN_TEST_GOLDENS "/trained_features.json"), "the golden");
  for (const auto& [side, rows] : golden.items()) {
    const auto network = trained_features(std::stoll(side));
    const at::Tensor ours = (*network)(made_levels(std::stoll(side)));
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
