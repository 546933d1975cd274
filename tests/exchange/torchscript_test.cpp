#include "exchange/torchscript.hpp"

#include <gtest/gtest.h>
#include <torch/script.h>

#include <cstdio>
#include <functional>
#include <sstream>

#include "core/error.hpp"
#include "support/networks.hpp"
#include "support/temporary.hpp"

namespace dcgan::test {
namespace {

std::string error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// What a shell command prints, and its exit status.
std::pair<std::string, int> output_of(const std::string& command) {
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::string out;
  for (int c; (c = std::fgetc(pipe)) != EOF;) out.push_back(static_cast<char>(c));
  return {out, ::pclose(pipe)};
}

/// An exported generator of 24 x 16 pixels, and the network it was made of.
class TorchScriptTest : public testing::Test {
 protected:
  TorchScriptTest() {
    fs::create_directories(file_.parent_path());
    export_torchscript(net_, info_, file_);
  }

  torch::jit::Module loaded(torch::jit::ExtraFilesMap* extra = nullptr) const {
    torch::jit::ExtraFilesMap none;
    return torch::jit::load(file_.native(), at::Device(at::kCPU), extra ? *extra : none);
  }
  at::Tensor network_images(const at::Tensor& z) {
    const at::NoGradGuard no_grad;
    return net_(z);
  }
  static at::Tensor line(int64_t rows) { return at::linspace(-1.5, 1.5, rows * 8).view({rows, 8}); }

  TemporaryFolder folder_;
  const fs::path file_ = folder_ / "secret name" / "generator.pt";
  NetworkPlan plan_ = small_plan({24, 16});
  GeneratorNet net_ = used_generator(plan_);
  GeneratorInfo info_{8, 3, 16, 24, 0, 12345, true, "/home/someone/private/run"};
  const at::NoGradGuard no_grad_;
};

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
    EXPECT_FALSE(has(bytes, part)) << part;
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
  EXPECT_TRUE(has(error_of([&] { export_torchscript(net_, info_, file_); }), "nothing was written"));
  EXPECT_EQ(read_text(file_), good);
}

TEST_F(TorchScriptTest, FromElsewhereIsRefusedByName) {
  torch::jit::Module foreign("Stranger");
  foreign.register_parameter("w", at::ones({1}), false);
  foreign.define("def forward(self, z: Tensor) -> Tensor:\n    return z * self.w\n");
  foreign.save((folder_ / "foreign.pt").native());
  const auto said = error_of([&] { open_torchscript(folder_ / "foreign.pt"); });
  EXPECT_TRUE(has(said, "foreign.pt") && has(said, "no generator that dcgan exported")) << said;
  EXPECT_TRUE(looks_like_torchscript(folder_ / "foreign.pt"));
}

TEST_F(TorchScriptTest, OfANewerInterfaceIsRefused) {
  auto module = loaded();
  Json told = torchscript_metadata(file_);
  told["version"] = kExportVersion + 1;
  module.save((folder_ / "newer.pt").native(), {{"dcgan.json", compact(told)}});
  EXPECT_TRUE(has(error_of([&] { open_torchscript(folder_ / "newer.pt"); }), "newer"));
}

TEST_F(TorchScriptTest, WithSpoiltMetadataIsAnError) {
  auto module = loaded();
  for (const char* told : {"{", "[]", "7", "{\"format\": 3}", "{\"format\": \"dcgan-generator\"}",
                           "{\"format\": \"dcgan-generator\", \"version\": \"one\"}"}) {
    module.save((folder_ / "spoilt.pt").native(), {{"dcgan.json", told}});
    EXPECT_NE(error_of([&] { open_torchscript(folder_ / "spoilt.pt"); }), "no error") << told;
  }
}

TEST_F(TorchScriptTest, CutOffAnywhereIsAnError) {
  const std::string bytes = read_text(file_);
  for (size_t cut = 0; cut < bytes.size(); cut += 1 + bytes.size() / 40) {
    write_text(folder_ / "cut.pt", bytes.substr(0, cut));
    EXPECT_NE(error_of([&] { open_torchscript(folder_ / "cut.pt"); }), "no error") << cut << " of " << bytes.size();
  }
}

// LibTorch checks no checksum when it reads; ours covers every weight.
TEST_F(TorchScriptTest, WithAByteChangedIsAnErrorOrGivesTheSameImages) {
  const std::string bytes = read_text(file_);
  const auto z = line(3);
  const auto expected = (*open_torchscript(file_))(z);
  int errors = 0;
  for (size_t at = 1; at < bytes.size(); at += 1 + bytes.size() / 100) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    write_text(folder_ / "damaged.pt", damaged);
    try {
      EXPECT_TRUE(at::equal((*open_torchscript(folder_ / "damaged.pt"))(z), expected)) << "byte " << at;
    } catch (const Error&) {
      ++errors;
    }
  }
  EXPECT_GT(errors, 20) << "most of the file is weights";
}

TEST_F(TorchScriptTest, ThatIsNoZipIsAnErrorThatNamesIt) {
  for (const std::string content : {"", "hello", "\x80\x02}q", "PK\x03\x04 but no more"}) {
    write_text(folder_ / "other.pt", content);
    EXPECT_TRUE(has(error_of([&] { open_torchscript(folder_ / "other.pt"); }), "other.pt")) << content;
  }
  EXPECT_THROW(open_torchscript(folder_ / "absent.pt"), Error);
  EXPECT_FALSE(looks_like_torchscript(folder_ / "absent.pt"));
  EXPECT_FALSE(looks_like_torchscript(folder_.path()));
}

/// Has Python load the file and compare the images it makes with these.
void expect_python_makes(const fs::path& file, const at::Tensor& images, const TemporaryFolder& folder) {
  const auto whole = images.contiguous();
  write_text(folder / "images.bin", std::string(static_cast<const char*>(whole.const_data_ptr()), whole.nbytes()));
  const auto [said, status] = output_of("'" DCGAN_TEST_PYTHON "' '" DCGAN_TEST_SOURCE "/load_generator.py' '" +
                                        file.native() + "' '" + (folder / "images.bin").native() + "'");
  EXPECT_EQ(status, 0) << said;
  EXPECT_TRUE(said.ends_with("ok\n")) << said;
}

TEST_F(TorchScriptTest, IsReadByPython) {
  if (std::string(DCGAN_TEST_PYTHON).empty())
    GTEST_SKIP() << "no python3 with torch was found when the build was configured";
  expect_python_makes(file_, network_images(line(3)), folder_);
}

TEST_F(TorchScriptTest, OfAResnetWithClassesIsReadByPython) {
  if (std::string(DCGAN_TEST_PYTHON).empty())
    GTEST_SKIP() << "no python3 with torch was found when the build was configured";
  plan_.options.arch = "resnet", plan_.classes = 2, plan_.class_names = {"shoe", "bag"};
  auto net = used_generator(plan_);
  export_torchscript(net, generator_info(plan_, 7, true, ""), folder_ / "resnet.pt");
  expect_python_makes(folder_ / "resnet.pt", net(line(3), at::tensor(std::vector<int64_t>{0, 1, 0})), folder_);
}

TEST_F(TorchScriptTest, IsReadByAProgramThatKnowsLibTorchOnly) {
  const auto [said, status] = output_of("'" DCGAN_TEST_CONSUMER "' '" + file_.native() + "'");
  ASSERT_EQ(status, 0) << said;
  std::istringstream words(said);
  for (const int64_t side : {3, 3, 16, 24, 3, 16, 24, 3}) {
    int64_t got = -1;
    words >> got;
    EXPECT_EQ(got, side) << said;
  }
  const auto images = network_images(line(3)).contiguous();
  for (int i = 0; i < 8; ++i) {
    float got = NAN;
    words >> got;
    EXPECT_NEAR(got, images.flatten()[i].item<float>(), 1e-6) << said;
  }
  int byte = -1;
  words >> byte;
  EXPECT_NEAR(byte, to_bytes(images).flatten()[0].item<int>(), 1) << said;  // 1: rounding may tip over
}

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
INSTANTIATE_TEST_SUITE_P(Architectures, ConditionalTorchScriptTest, testing::Values("dcgan", "upsample", "resnet"));

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
    EXPECT_TRUE(has(said_of(inputs), "y is missing: int64 [N], the class of each image, 0 to 2"));
  EXPECT_TRUE(has(said_of({z, at::zeros({3}, at::kLong)}), "a class an image"));
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

TEST_F(TorchScriptTest, OfAGeneratorWithoutClassesTakesNone) {
  EXPECT_THROW((*open_torchscript(file_))(line(2), at::zeros({2}, at::kLong)), Error);
}

TEST_F(TorchScriptTest, OfEveryArchitectureGivesTheImagesOfTheNetworkToTheBit) {
  for (const std::string arch : {"dcgan", "upsample", "resnet"}) {
    plan_.options.arch = arch;
    auto net = used_generator(plan_);
    export_torchscript(net, info_, folder_ / "one.pt");
    const auto z = noise({5, 8}, 42);
    EXPECT_TRUE(same_bits((*open_torchscript(folder_ / "one.pt"))(z), net(z))) << arch;
  }
}

}  // namespace
}  // namespace dcgan::test
