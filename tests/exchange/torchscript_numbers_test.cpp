// Exports of other numbers than float32, and frozen ones.
#include "exchange/exported.hpp"

namespace dcgan::test {
namespace {

NetworkPlan plan_of(const std::string& arch, int64_t classes) {
  auto plan = small_plan({24, 16});
  plan.options.arch = arch;
  plan.classes = classes;
  for (int64_t i = 0; i < classes; ++i) plan.class_names.push_back("class " + std::to_string(i));
  return plan;
}

/// Every architecture with and without classes, with self-modulation where it has classes, in these numbers.
void expect_images_within(const ScriptOptions& options, double tolerance) {
  const TemporaryFolder folder;
  for (const std::string& arch : architecture_names())
    for (const int64_t classes : {0, 3}) {
      auto plan = plan_of(arch, classes);
      plan.options.self_modulation = classes > 0;
      auto net = used_generator(plan);
      const auto info = generator_info(plan, 1, true, "");
      export_torchscript(net, info, folder / "g.pt", options);
      const auto generator = open_torchscript(folder / "g.pt");
      const auto z = noise({16, 8}, 42);
      const auto y = classes > 0 ? at::arange(16, at::kLong).remainder(classes) : at::Tensor();
      const at::NoGradGuard no_grad;
      const auto images = (*generator)(z, y), expected = net(z, y);
      EXPECT_EQ(images.scalar_type(), at::kFloat);
      EXPECT_LE(largest_difference(images, expected), tolerance) << arch << ", " << classes << " classes";
      EXPECT_LE((images - expected).abs().mean().item<double>(), tolerance / 5) << arch;
      EXPECT_GT(expected.std().item<double>(), 0.02);
    }
}

TEST(TorchScriptNumbers, OfHalfAndBf16AreNearTheNetworksImages) {
  expect_images_within({"half", false}, 0.01);
  expect_images_within({"bf16", false}, 0.08);
}

TEST(TorchScriptNumbers, OfAFrozenFileAreTheNetworksImages) { expect_images_within({"float32", true}, 1e-6); }

TEST(TorchScriptNumbers, TwoBytesAWeightMakeAFileOfHalfTheSize) {
  const TemporaryFolder folder;
  auto plan = plan_of("upsample", 0);
  plan.options.base_channels = {64, 64};
  auto net = used_generator(plan);
  const auto info = generator_info(plan, 1, true, "");
  const auto bytes = [&](const ScriptOptions& options) {
    export_torchscript(net, info, folder / "g.pt", options);
    return static_cast<double>(fs::file_size(folder / "g.pt"));
  };
  const double whole = bytes({});
  for (const char* name : {"half", "bf16"}) EXPECT_LT(bytes({name, false}) / whole, 0.55) << name;
}

TEST_F(TorchScriptTest, FrozenHasNoParametersAndKeepsItsMethodsAndFacts) {
  export_torchscript(net_, info_, file_, {"float32", true});
  auto module = loaded();
  EXPECT_EQ(module.parameters().size(), 0U);
  EXPECT_EQ(module.attr("latent").toInt(), 8);
  const auto z = line(4);
  EXPECT_TRUE(same_bits(module.get_method("images")({z}).toTensor(), to_bytes(module.forward({z}).toTensor())));
  EXPECT_EQ(torchscript_metadata(file_)["frozen"], true);
  EXPECT_GT(torchscript_parameters(file_).size(), 5U);
}

TEST_F(TorchScriptTest, FrozenIsHeldToItsChecksumToo) {
  export_torchscript(net_, info_, file_, {"float32", true});
  std::string bytes = read_text(file_);
  const auto weight = net_->convolutions()[0]->weight.detach();  // in its own order of memory
  const size_t at = bytes.find(std::string(static_cast<const char*>(weight.const_data_ptr()), 64));
  ASSERT_NE(at, std::string::npos);
  bytes[at + 2] ^= 4;
  write_file(file_, bytes);
  EXPECT_CONTAINS(thrown_by([&] { open_torchscript(file_); }).what, "damaged");
}

TEST_F(TorchScriptTest, HasTheChecksumOfTheNetworkThatItIsOf) {
  EXPECT_EQ(open_torchscript(file_)->checksum(), make_generator(net_, info_)->checksum());
}

}  // namespace
}  // namespace dcgan::test
