#include "pages/explorer.hpp"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "support/networks.hpp"

namespace dcgan::test {
namespace {

TEST(Directions, AreTheOrthogonalOnesAlongWhichTheFirstLayerChangesMost) {
  const NetworkPlan plan = small_plan();
  const auto net = used_generator(plan);
  const int64_t latent = plan.options.latent;
  const auto directions = principal_directions(*net, latent, 4).to(at::kDouble);
  ASSERT_EQ(directions.sizes().vec(), (std::vector<int64_t>{4, latent}));
  EXPECT_TRUE(at::allclose(directions.matmul(directions.t()), at::eye(4, at::kDouble), 0, 1e-5));
  const auto w = net->named_parameters().begin()->value().detach().to(at::kDouble).reshape({latent, -1});
  const auto change = directions.matmul(w).norm(2, 1);
  for (int64_t i = 1; i < 4; ++i) EXPECT_GE(change[i - 1].item<double>(), change[i].item<double>() - 1e-9);
  const auto other = at::eye(latent, at::kDouble).matmul(w).norm(2, 1).max().item<double>();
  EXPECT_GE(change[0].item<double>(), other - 1e-9);  // no single number of z changes more
}

TEST(Explorers, KeepThoseThatWereAskedForLast) {
  Explorers explorers(2);
  const std::weak_ptr<Explorer> a = explorers.of("a"), b = explorers.of("b");
  EXPECT_EQ(explorers.of("a"), a.lock());
  const std::weak_ptr<Explorer> c = explorers.of("c");
  EXPECT_TRUE(b.expired()) << "asked for longest ago";
  EXPECT_EQ(explorers.of("a"), a.lock());
  explorers.of("b");
  EXPECT_TRUE(c.expired());
  EXPECT_FALSE(a.expired());
}

TEST(Explorers, OneThatIsInUseOutlivesItsPlace) {
  Explorers explorers(1);
  const std::shared_ptr<Explorer> held = explorers.of("a");
  explorers.of("b");
  EXPECT_NE(explorers.of("a"), held);
}

}  // namespace
}  // namespace dcgan::test
