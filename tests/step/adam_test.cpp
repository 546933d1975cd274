#include "step/adam.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "core/json.hpp"
#include "support/networks.hpp"
#include "support/temporary.hpp"

namespace dcgan::test {
namespace {

/// The run that Python's torch.optim.Adam made (goldens/adam.py).
struct AdamGolden {
  Json json = parse_json(read_text(fs::path(DCGAN_TEST_GOLDENS) / "adam.json"), "adam.json");
  AdamSettings settings{json["lr"], json["beta1"], json["beta2"]};
  size_t steps = json["steps"].size();

  at::Tensor tensor(const Json& values, const std::string& name) const {
    return at::tensor(values.get<std::vector<float>>(), at::kFloat)
        .view(json["shapes"][name].get<std::vector<int64_t>>());
  }
  std::vector<at::Tensor> tensors(const Json& both) const {
    return {tensor(both[0], "weight"), tensor(both[1], "scale")};
  }
  std::vector<at::Tensor> gradients(size_t step) const { return tensors(json["steps"][step]["gradients"]); }
  std::vector<at::Tensor> after(size_t step) const { return tensors(json["steps"][step]["after"]); }
  NamedTensors start() const {
    const auto both = tensors(json["start"]);
    return {{"weight", both[0]}, {"scale", both[1]}};
  }
};

TEST(Adam, FollowsPythonsForTwentySteps) {
  const AdamGolden golden;
  ASSERT_EQ(golden.steps, 20u);
  const auto parameters = golden.start();
  Adam adam(parameters, golden.settings);
  for (size_t step = 0; step < golden.steps; ++step) {
    adam.step(golden.gradients(step));
    const auto expected = golden.after(step);
    for (size_t i = 0; i < 2; ++i)
      ASSERT_LE(largest_difference(parameters[i].second, expected[i]), 1e-6)
          << parameters[i].first << " after step " << step + 1;
  }
}

TEST(Adam, GoesOnFromItsStateBitForBit) {
  const AdamGolden golden;
  const auto through = golden.start();
  Adam whole(through, golden.settings);
  for (size_t step = 0; step < 10; ++step) whole.step(golden.gradients(step));

  NamedTensors copied;
  for (const auto& [name, parameter] : through) copied.emplace_back(name, parameter.clone());
  Adam again(copied, golden.settings);
  NamedTensors state;
  for (const auto& [name, tensor] : whole.state()) state.emplace_back(name, tensor.clone());
  load_into(again.state(), state, "the state");

  for (size_t step = 10; step < golden.steps; ++step)
    whole.step(golden.gradients(step)), again.step(golden.gradients(step));
  for (size_t i = 0; i < through.size(); ++i)
    EXPECT_TRUE(same_bits(through[i].second, copied[i].second)) << through[i].first;
  const auto expected = whole.state(), got = again.state();
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_TRUE(same_bits(expected[i].second, got[i].second)) << expected[i].first;
}

TEST(Adam, NamesMomentsAfterTheirParametersAndCountsSteps) {
  const AdamGolden golden;
  Adam adam(golden.start(), golden.settings);
  adam.step(golden.gradients(0)), adam.step(golden.gradients(1));
  std::vector<std::string> names;
  for (const auto& [name, tensor] : adam.state()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"exp_avg.weight", "exp_avg_sq.weight", "exp_avg.scale", "exp_avg_sq.scale",
                                             "step"}));
  EXPECT_EQ(adam.state().back().second.item<float>(), 2.0f);
}

// The fused kernel walks memory: a contiguous gradient beside a channels-last weight must not be mixed up.
TEST(Adam, PairsGradientsWithWeightsOfAnotherMemoryFormat) {
  const auto start = noise({4, 3, 2, 2}, 1), gradient = noise({4, 3, 2, 2}, 2);
  const auto plain = start.clone(), last = start.clone().contiguous(at::MemoryFormat::ChannelsLast);
  ASSERT_NE(plain.strides(), last.strides());
  Adam(NamedTensors{{"w", plain}}, {0.1, 0.5, 0.999}).step({gradient});
  Adam(NamedTensors{{"w", last}}, {0.1, 0.5, 0.999}).step({gradient});
  EXPECT_LE(largest_difference(plain, last), 1e-7);
  EXPECT_GT(largest_difference(plain, start), 0.05);
}

TEST(Adam, TakesWeightDecayTimesTheStepSizeOfKernelsAwayAndOfNothingElse) {
  const auto kernel = noise({4, 3, 2, 2}, 1), bias = noise({4}, 2);
  const auto of = [&] { return NamedTensors{{"kernel", kernel.clone()}, {"bias", bias.clone()}}; };
  const auto plain = of(), decayed = of();
  Adam(plain, {0.1, 0.5, 0.999}).step({noise({4, 3, 2, 2}, 3), noise({4}, 4)});
  Adam(decayed, {0.1, 0.5, 0.999, 0.25}).step({noise({4, 3, 2, 2}, 3), noise({4}, 4)});
  EXPECT_TRUE(same_bits(decayed[1].second, plain[1].second));
  EXPECT_LE(largest_difference(decayed[0].second, plain[0].second - 0.1 * 0.25 * kernel), 1e-6);
  EXPECT_GT(largest_difference(decayed[0].second, plain[0].second), 0.01);
}

TEST(Adam, LetsWhatJoinsAtALaterStageTakeItsFirstStepThen) {
  const AdamGolden golden;
  const auto parameters = golden.start(), alone = golden.start();
  Adam adam(parameters, golden.settings, {0, 1}), fresh(alone, golden.settings);
  adam.use_stage(1);
  for (size_t step = 0; step < 5; ++step) adam.step({golden.gradients(step)[1]});
  EXPECT_TRUE(same_bits(parameters[0].second, golden.start()[0].second));
  EXPECT_FALSE(same_bits(parameters[1].second, golden.start()[1].second));
  adam.use_stage(0);
  adam.step(golden.gradients(5)), fresh.step(golden.gradients(5));
  EXPECT_TRUE(same_bits(parameters[0].second, alone[0].second));
}

}  // namespace
}  // namespace dcgan::test
