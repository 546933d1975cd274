#include "nn/latents.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/networks.hpp"

namespace dcgan::test {
namespace {

TEST(Latents, RowDoesNotDependOnHowManyAreDrawn) {
  const auto many = latents(5, Purpose::kSampleLatent, 0, 40, 100);
  EXPECT_EQ(many.sizes().vec(), (std::vector<int64_t>{40, 100}));
  for (const int64_t i : {0, 1, 17, 39})
    EXPECT_TRUE(same_bits(latents(5, Purpose::kSampleLatent, i, 1, 100)[0], many[i])) << i;
  EXPECT_TRUE(same_bits(latents(5, Purpose::kSampleLatent, 8, 16, 100), many.slice(0, 8, 24)));
}

TEST(Latents, ShorterOnesAreTheHeadOfLongerOnes) {
  EXPECT_TRUE(same_bits(latents(5, Purpose::kSampleLatent, 0, 3, 7),
                        latents(5, Purpose::kSampleLatent, 0, 3, 100).slice(1, 0, 7)));
}

TEST(Latents, DifferBySeedPurposeAndIndex) {
  const auto z = latents(5, Purpose::kSampleLatent, 0, 2, 16);
  EXPECT_FALSE(at::equal(z[0], z[1]));
  EXPECT_FALSE(at::equal(z, latents(6, Purpose::kSampleLatent, 0, 2, 16)));
  EXPECT_FALSE(at::equal(z, latents(5, Purpose::kTrainingLatent, 0, 2, 16)));
  EXPECT_FALSE(at::equal(z, latents(uint64_t{5} | uint64_t{1} << 40, Purpose::kSampleLatent, 0, 2, 16)));
  EXPECT_FALSE(at::equal(z, latents(5, Purpose::kSampleLatent, int64_t{1} << 33, 2, 16)));
}

TEST(Latents, AreStandardNormal) {
  const auto z = latents(5, Purpose::kSampleLatent, 0, 500, 100).to(at::kDouble);
  const double wide = 5 / std::sqrt(50'000.0);
  EXPECT_NEAR(z.mean().item<double>(), 0, wide);
  EXPECT_NEAR(z.std().item<double>(), 1, wide);
  EXPECT_NEAR(z.pow(4).mean().item<double>(), 3, 10 * wide);  // kurtosis; its spread is sqrt(96)
  const auto covariance = at::mm(z.t(), z) / 500 - at::eye(100, at::kDouble);
  EXPECT_LT(covariance.abs().max().item<double>(), 0.35);  // places of a row are independent
}

TEST(Latents, OfAUniformSpaceAreUniformInMinusOneToOneAndRowsAreNamedAlike) {
  const auto z = latents(3, Purpose::kSampleLatent, 0, 400, {50, true});
  EXPECT_GE(z.min().item<float>(), -1);
  EXPECT_LT(z.max().item<float>(), 1);
  EXPECT_NEAR(z.mean().item<double>(), 0, 0.02);
  EXPECT_NEAR(z.square().mean().item<double>(), 1.0 / 3, 0.01);
  EXPECT_TRUE(same_bits(z.narrow(0, 7, 3), latents(3, Purpose::kSampleLatent, 7, 3, {50, true})));
}

}  // namespace
}  // namespace dcgan::test
