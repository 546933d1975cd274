#include "exchange/exported.hpp"

namespace dcgan::test {
namespace {

/// An exported generator of three classes, by architecture.
class ConditionalTorchScriptTest : public testing::TestWithParam<std::string> {
 protected:
  ConditionalTorchScriptTest() {
    plan_.options.arch = GetParam();
    plan_.classes = 3, plan_.class_names = {"shoe", "bag", "coat"};
    net_ = used_generator(plan_);
    export_torchscript(net_, generator_info(plan_, 7, true, ""), file_);
  }

  TemporaryFolder folder_;
  const fs::path file_ = folder_ / "generator.pt";
  NetworkPlan plan_ = small_plan({24, 16});
  GeneratorNet net_{nullptr};
  const at::NoGradGuard no_grad_;
};
INSTANTIATE_TEST_SUITE_P(Architectures, ConditionalTorchScriptTest, testing::ValuesIn(architecture_names()));

TEST_P(ConditionalTorchScriptTest, GivesTheImagesOfTheNetworkToTheBit) {
  const auto generator = open_torchscript(file_);
  const auto z = noise({16, 8}, 42), y = at::arange(16, at::kLong).remainder(3);
  const auto images = (*generator)(z, y);
  EXPECT_TRUE(same_bits(images, net_(z, y)));
  EXPECT_GT(largest_difference(images, (*generator)(z, (y + 1).remainder(3))), 0.01);
  EXPECT_EQ(generator->info().classes, 3);
  EXPECT_EQ(generator->info().class_names, plan_.class_names);
  const Json told = torchscript_metadata(file_);
  EXPECT_EQ(told["class_names"], Json({"shoe", "bag", "coat"}));
  EXPECT_EQ(told["arch"], GetParam());
}

TEST_P(ConditionalTorchScriptTest, SaysWhatItNeedsWhenClassesAreMissingOrTooFew) {
  auto module = torch::jit::load(file_.native());
  const auto said_of = [&](const std::vector<c10::IValue>& inputs) -> std::string {
    try {
      module.forward(inputs);
    } catch (const std::exception& error) {
      return error.what();
    }
    return "nothing";
  };
  const auto z = noise({4, 8});
  for (const auto& inputs : std::vector<std::vector<c10::IValue>>{{z}, {z, c10::IValue()}})
    EXPECT_TRUE(contains(said_of(inputs), "y is missing: int64 [N], the class of each image, 0 to 2"));
  EXPECT_TRUE(contains(said_of({z, at::zeros({3}, at::kLong)}), "a class an image"));
  EXPECT_EQ(said_of({z, at::zeros({4}, at::kLong)}), "nothing");
}

TEST_P(ConditionalTorchScriptTest, RefusesClassesThatAreNone) {
  const auto generator = open_torchscript(file_);
  const auto z = noise({2, 8});
  EXPECT_THROW((*generator)(z), Error);
  for (const auto& y : {at::tensor(std::vector<int64_t>{0, 3}), at::tensor(std::vector<int64_t>{-1, 0}),
                        at::zeros({3}, at::kLong), at::zeros({2})})
    EXPECT_THROW((*generator)(z, y), Error) << y;
}

}  // namespace
}  // namespace dcgan::test
