#include "exchange/exported.hpp"

namespace dcgan::test {
namespace {

TEST_F(TorchScriptTest, GivesTheImagesOfTheNetwork) {
  const auto generator = open_torchscript(file_);
  for (const int64_t rows : {1, 5, 16}) {
    const auto z = noise({rows, 8}, 42);
    const auto images = (*generator)(z);
    EXPECT_EQ(images.sizes().vec(), (std::vector<int64_t>{rows, 3, 16, 24}));
    EXPECT_LE(largest_difference(images, network_images(z)), 1e-6);
    EXPECT_GT(images.std().item<float>(), 0.03f);
  }
}

TEST_F(TorchScriptTest, TakesLatentsWithOrWithoutSpatialDimensions) {
  auto module = loaded();
  const auto z = line(3);
  const auto images = module.forward({z}).toTensor();
  EXPECT_TRUE(same_bits(module.forward({z.view({3, 8, 1, 1})}).toTensor(), images));
}

TEST_F(TorchScriptTest, TakesClassesThatAreOmittedOrNone) {
  auto module = loaded();
  const auto z = line(3);
  const auto images = module.forward({z}).toTensor();
  EXPECT_TRUE(same_bits(module.forward({z, c10::IValue()}).toTensor(), images));
  const auto bytes = module.get_method("images")({z}).toTensor();
  EXPECT_TRUE(same_bits(module.get_method("images")({z, c10::IValue()}).toTensor(), bytes));
}

TEST_F(TorchScriptTest, RefusesLatentsOfAnotherLength) {
  auto module = loaded();
  for (const auto& z :
       {at::zeros({3, 7}), at::zeros({3, 9, 1, 1}), at::zeros({24}), at::zeros({3, 8, 2, 1}), at::zeros({3, 8, 1})})
    EXPECT_ANY_THROW(module.forward({z})) << z.sizes();
}

TEST_F(TorchScriptTest, MakesTheBytesThatWeMake) {
  const auto z = line(4);
  auto module = loaded();
  const auto bytes = module.get_method("images")({z}).toTensor();
  EXPECT_EQ(bytes.sizes().vec(), (std::vector<int64_t>{4, 16, 24, 3}));
  EXPECT_TRUE(same_bits(bytes, to_bytes(module.forward({z}).toTensor())));
}

TEST_F(TorchScriptTest, TellsTheSameInAttributesAndInItsExtraFile) {
  torch::jit::ExtraFilesMap extra{{"dcgan.json", ""}};
  auto module = loaded(&extra);
  const Json told = parse_json(extra["dcgan.json"], "dcgan.json");
  const std::vector<std::pair<const char*, int64_t>> expected = {
      {"latent", 8}, {"channels", 3}, {"height", 16}, {"width", 24}, {"classes", 0}, {"version", kExportVersion}};
  for (const auto& [key, value] : expected) {
    EXPECT_EQ(module.attr(key).toInt(), value) << key;
    EXPECT_EQ(told[key], value) << key;
  }
  EXPECT_EQ(told["value_range"], Json({-1, 1}));
  EXPECT_EQ(told["images_seen"], 12345);
  EXPECT_EQ(told["ema"], true);
  EXPECT_EQ(torchscript_metadata(file_), told);
  EXPECT_FALSE(module.is_training());
}

TEST_F(TorchScriptTest, ReadsBackWhatTheGeneratorIs) {
  const auto generator = open_torchscript(file_);
  const auto& info = generator->info();
  EXPECT_EQ(info.latent, 8);
  EXPECT_EQ(info.channels, 3);
  EXPECT_EQ(info.height, 16);
  EXPECT_EQ(info.width, 24);
  EXPECT_EQ(info.classes, 0);
  EXPECT_EQ(info.images_seen, 12345);
  EXPECT_TRUE(info.ema);
}

TEST_F(TorchScriptTest, HoldsNothingOfTheUsersPaths) {
  const std::string bytes = read_text(file_);
  for (const std::string& part :
       {folder_.path().filename().native(), std::string("secret name"), std::string("someone"), std::string("private"),
        std::string("generator.pt"), std::string("/tmp/"), std::string(DCGAN_TEST_SOURCE)})
    EXPECT_FALSE(contains(bytes, part)) << part;
}

TEST_F(TorchScriptTest, IsTheSameFileForTheSameNetwork) {
  export_torchscript(net_, info_, folder_ / "again.pt");
  EXPECT_EQ(read_text(file_), read_text(folder_ / "again.pt"));
}

TEST_F(TorchScriptTest, ListsItsParametersWithoutBuffers) {
  const auto parameters = torchscript_parameters(file_);
  int64_t count = 0;
  for (const auto& [name, shape] : parameters) {
    int64_t numbers = 1;
    for (const int64_t side : shape) numbers *= side;
    count += numbers;
  }
  EXPECT_EQ(count, parameter_count(*net_));
}

TEST_F(TorchScriptTest, ExportLeavesTheNetworksWeightsAlone) {
  const auto before = network_images(line(2));
  export_torchscript(net_, info_, folder_ / "again.pt");
  EXPECT_TRUE(same_bits(network_images(line(2)), before));
  for (const auto& parameter : net_->parameters()) EXPECT_TRUE(parameter.requires_grad());
}

TEST_F(TorchScriptTest, ServesGrayGeneratorsToo) {
  auto net = used_generator(small_plan({8, 8}, 1));
  export_torchscript(net, {8, 1, 8, 8, 0, 1, false, ""}, folder_ / "gray.pt");
  const auto generator = open_torchscript(folder_ / "gray.pt");
  EXPECT_LE(largest_difference((*generator)(line(2)), net(line(2))), 1e-6);
  EXPECT_FALSE(generator->info().ema);
}

TEST_F(TorchScriptTest, OfANetworkThatGivesNanIsRefusedAndTheGoodFileStays) {
  const std::string good = read_text(file_);
  net_->convolutions()[0]->weight.mutable_data_ptr<float>()[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(contains(thrown_by([&] { export_torchscript(net_, info_, file_); }).what, "nothing was written"));
  EXPECT_EQ(read_text(file_), good);
}

TEST_F(TorchScriptTest, OfAGeneratorWithoutClassesTakesNone) {
  EXPECT_THROW((*open_torchscript(file_))(line(2), at::zeros({2}, at::kLong)), Error);
}

TEST_F(TorchScriptTest, OfEveryArchitectureGivesTheImagesOfTheNetworkToTheBit) {
  for (const NetworkPlan& plan : plans_of_every_architecture({24, 16})) {
    auto net = used_generator(plan);
    export_torchscript(net, generator_info(plan, 7, true, ""), folder_ / "one.pt");
    const auto z = noise({5, plan.options.latent}, 42);
    EXPECT_TRUE(same_bits((*open_torchscript(folder_ / "one.pt"))(z), net(z))) << plan.options.arch;
  }
}

}  // namespace
}  // namespace dcgan::test
