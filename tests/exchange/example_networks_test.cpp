#include "exchange/example_networks.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/json.hpp"
#include "exchange/network_search.hpp"
#include "exchange/weights_file.hpp"
#include "support/networks.hpp"
#include "support/process.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::example_networks {
namespace {

const fs::path kGoldens = DCGAN_TEST_GOLDENS;
NamedTensors tensors_in(const char* file) { return read_weights(kGoldens / "foreign" / file).tensors; }

/// The one network that these are.
ExampleNetwork network_of(const NamedTensors& tensors, const std::string& origin) {
  WeightsFile file;
  file.tensors = tensors;
  const auto found = networks_in(file, origin);
  return found.empty() ? ExampleNetwork() : found.front();
}
ForeignNetworks from_example(const NamedTensors& generator, const NamedTensors& discriminator,
                             const std::string& origin) {
  const ExampleNetwork g = network_of(generator, origin), d = network_of(discriminator, origin);
  return dcgan::from_example(g, discriminator.empty() ? nullptr : &d);
}
ForeignNetworks golden_networks() { return from_example(tensors_in("netG.pth"), tensors_in("netD.pth"), "the files"); }

template <class Net>
Net filled(const NetworkPlan& plan, const NamedTensors& tensors) {
  Net net(plan);
  load_into(tensors_of(*net, true), tensors, "the tensors");
  net->eval();
  return net;
}

/// What tests/goldens/example_networks.py makes of them.
Json made_by(GeneratorNet& g, DiscriminatorNet& d) {
  const at::NoGradGuard no_grad;
  const int64_t latent = g->plan().options.latent;
  const auto images = g(at::linspace(-2, 2, 2 * latent).view({2, latent}));
  const auto some = images.contiguous().flatten().slice(0, 0, std::nullopt, 97).contiguous().to(at::kDouble);
  const auto sure = at::sigmoid(d(images)).to(at::kDouble);
  const auto list = [](const at::Tensor& t) {
    return std::vector<double>(t.const_data_ptr<double>(), t.const_data_ptr<double>() + t.numel());
  };
  return {{"images", list(some)}, {"probabilities", list(sure)}};
}

void expect_near(const Json& found, const Json& golden, double tolerance) {
  for (const auto& [key, values] : golden.items()) {
    ASSERT_EQ(found[key].size(), values.size()) << key;
    for (size_t i = 0; i < values.size(); ++i)
      EXPECT_NEAR(found[key][i].get<double>(), values[i].get<double>(), tolerance) << key << ' ' << i;
  }
}

Json golden() { return parse_json(read_text(kGoldens / "example_networks.json"), "the golden"); }

TEST(ExampleNetworks, MakeHereWhatTheyMakeInPython) {
  const ForeignNetworks networks = golden_networks();
  EXPECT_EQ(networks.plan.options.latent, 5);
  EXPECT_EQ(networks.plan.options.base_channels.generator, 2);
  EXPECT_EQ(networks.plan.options.base_channels.discriminator, 3);
  EXPECT_EQ(networks.plan.shape.size(), (Size{64, 64}));
  auto g = filled<GeneratorNet>(networks.plan, networks.generator);
  auto d = filled<DiscriminatorNet>(networks.plan, networks.discriminator);
  expect_near(made_by(g, d), golden(), 1e-5);
}

TEST(ExampleNetworks, OfHalfPrecisionAndBehindAPrefixAreTheSameButForRounding) {
  const ForeignNetworks networks = from_example(tensors_in("netG_half.pth"), tensors_in("netD.pth"), "the files");
  auto g = filled<GeneratorNet>(networks.plan, networks.generator);
  auto d = filled<DiscriminatorNet>(networks.plan, networks.discriminator);
  expect_near(made_by(g, d), golden(), 1e-2);
}

TEST(ExampleNetworks, AreToldFromOneAnotherAndFromOthers) {
  EXPECT_TRUE(network_of(tensors_in("netG.pth"), "").is_generator);
  EXPECT_FALSE(network_of(tensors_in("netD.pth"), "").is_generator);
  EXPECT_TRUE(network_of(tensors_in("ordered.pth"), "").tensors.empty());
  EXPECT_TRUE(network_of({}, "").tensors.empty());
}

TEST(ExampleNetworks, ComeBackBitForBit) {
  const NamedTensors g = tensors_in("netG.pth"), d = tensors_in("netD.pth");
  const ForeignNetworks networks = golden_networks();
  const auto expect_same = [](const NamedTensors& found, const NamedTensors& expected) {
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(found[i].first, expected[i].first);
      EXPECT_TRUE(same_bits(found[i].second, expected[i].second)) << found[i].first;
    }
  };
  expect_same(to_example(*filled<GeneratorNet>(networks.plan, networks.generator)), g);
  expect_same(to_example(*filled<DiscriminatorNet>(networks.plan, networks.discriminator)), d);
}

TEST(ExampleNetworks, OfAnUpsampleGeneratorMakeItsImages) {
  NetworkPlan plan = small_plan({32, 32});
  plan.options.arch = "upsample";
  auto net = used_generator(plan);
  const ForeignNetworks again = from_example(to_example(*net), {}, "the layers");
  EXPECT_EQ(again.plan.options.arch, "dcgan");
  EXPECT_TRUE(again.discriminator.empty());
  const at::NoGradGuard no_grad;
  const auto z = noise({3, plan.options.latent});
  EXPECT_LE(largest_difference(net(z), filled<GeneratorNet>(again.plan, again.generator)(z)), 1e-5);
}

TEST(ExampleNetworks, WithWhatTheExampleDoesNotHaveAreNotWritten) {
  NetworkPlan plan = small_plan();
  plan.options.arch = "resnet";
  EXPECT_CONTAINS(usage_error([&] { to_example(*used_generator(plan)); }), "no generator of these layers");
  plan = small_plan();
  plan.classes = 2, plan.class_names = {"shoe", "bag"};
  EXPECT_CONTAINS(usage_error([&] { to_example(*used_generator(plan)); }), "no generator of these layers");
  EXPECT_CONTAINS(usage_error([&] { to_example(*DiscriminatorNet(plan)); }),
                  "no discriminator like this one ('class_vectors.weight')");
  plan = small_plan();
  plan.options.norm_d = "none";
  EXPECT_CONTAINS(usage_error([&] { to_example(*DiscriminatorNet(plan)); }),
                  "no discriminator like this one ('conv0.bias')");
}

TEST(ExampleNetworks, WithATensorTooFewTooManyOrOfAnotherShapeAreRefusedByItsName) {
  const NamedTensors g = tensors_in("netG.pth"), d = tensors_in("netD.pth");
  const auto refusal = [&](const NamedTensors& generator, const NamedTensors& discriminator) {
    return thrown_by([&] { from_example(generator, discriminator, "the files"); }).what;
  };
  NamedTensors fewer = g;
  std::erase_if(fewer, [](const auto& one) { return one.first == "main.4.running_mean"; });
  EXPECT_CONTAINS(refusal(fewer, {}), "the files -> 'main.4.running_mean' is missing");
  NamedTensors more = g;
  more.emplace_back("main.14.weight", at::ones({2}));
  EXPECT_CONTAINS(refusal(more, {}), "main.14.weight");
  NamedTensors other = d;
  other[1].second = at::ones({6, 3, 3, 3});
  EXPECT_CONTAINS(refusal(g, other), "the files -> 'main.2.weight' is [6, 3, 3, 3]");
  NamedTensors infinite = g;
  infinite[0].second = infinite[0].second.clone().fill_(INFINITY);
  EXPECT_CONTAINS(refusal(infinite, {}), "the files -> 'main.0.weight' holds 1,280 infinities, of 1,280 numbers");
  NamedTensors widths = g;
  widths[0].second = at::ones({5, 40, 4, 4});
  EXPECT_CONTAINS(refusal(widths, {}), "'main.3.weight' is [16, 8, 4, 4], and what comes before it makes 40 channels");
  NamedTensors two = g;  // the last convolution's: no picture has two channels
  for (auto& [name, tensor] : two)
    if (tensor.dim() == 4 && tensor.size(1) == 3) tensor = tensor.narrow(1, 0, 2).clone();
  EXPECT_CONTAINS(refusal(two, {}), "images of 2 channels");
}

// A file of a few bytes may name a network of many gigabytes: it is not built to find that out.
TEST(ExampleNetworks, ThatAreLargerThanTheirFileOrThanACheckpointTakesAreRefusedBeforeTheyAreBuilt) {
  const auto zeros = [](int64_t in, int64_t out, int64_t side) { return at::zeros({in, out, side, side}); };
  const auto refusal = [](const NamedTensors& generator) {
    return thrown_by([&] { from_example(generator, {}, "the file"); }).what;
  };
  const auto with_norms = [](NamedTensors kernels) {
    const int64_t norms = static_cast<int64_t>(kernels.size()) - 1;
    for (int64_t i = 0; i < norms; ++i)
      for (const char* part : kNormParts)
        kernels.emplace_back("main." + std::to_string(3 * i + 1) + "." + part, at::zeros({1}));
    return kernels;
  };
  const NamedTensors claims = with_norms({{"main.0.weight", zeros(1, 8192, 4)},
                                          {"main.3.weight", zeros(8192, 1, 4)},
                                          {"main.6.weight", zeros(1, 1, 4)},
                                          {"main.9.weight", zeros(1, 1024, 4)},
                                          {"main.12.weight", zeros(1024, 3, 4)}});
  EXPECT_CONTAINS(refusal(claims), "the generator that it claims to hold has at least");
  const NamedTensors wide = with_norms({{"main.0.weight", zeros(4097, 8, 4)}, {"main.3.weight", zeros(8, 3, 4)}});
  EXPECT_CONTAINS(refusal(wide), "latent");
}

/// Has Python load netG.pth and netD.pth of each folder strictly, and compare what they make with expected.json.
void expect_python_makes_the_same(const std::vector<fs::path>& folders) {
  std::string command = "'" DCGAN_TEST_PYTHON "' '" + (kGoldens / "example_networks.py").native() + "' check";
  for (const auto& folder : folders) command += " '" + folder.native() + "'";
  const auto [said, status] = output_of(command);
  EXPECT_EQ(status, 0) << said;
  EXPECT_TRUE(said.ends_with("ok\n")) << said;
}

TEST(ExampleNetworks, ThatWereWrittenAreLoadedByPythonStrictly) {
  if (std::string(DCGAN_TEST_PYTHON).empty())
    GTEST_SKIP() << "no python3 with torch was found when the build was configured";
  const TemporaryFolder folder;
  const ForeignNetworks networks = golden_networks();
  auto g = filled<GeneratorNet>(networks.plan, networks.generator);
  auto d = filled<DiscriminatorNet>(networks.plan, networks.discriminator);
  write_state_dict(folder / "netG.pth", to_example(*g));
  write_state_dict(folder / "netD.pth", to_example(*d));
  write_text(folder / "expected.json", compact(made_by(g, d)));
  expect_python_makes_the_same({folder.path()});
}

TEST(ExampleNetworks, OfHalfAndBf16MakeInPythonTheImagesThatTheyMakeHere) {
  if (std::string(DCGAN_TEST_PYTHON).empty())
    GTEST_SKIP() << "no python3 with torch was found when the build was configured";
  const TemporaryFolder folder;
  std::vector<fs::path> folders;
  for (const auto& [type, tolerance] : {std::pair(at::kHalf, 0.01), std::pair(at::kBFloat16, 0.1)}) {
    folders.push_back(folder / at::toString(type));
    fs::create_directories(folders.back());
    for (const char* file : {"netG.pth", "netD.pth"}) {
      NamedTensors tensors = tensors_in(file);
      for (auto& [name, tensor] : tensors)
        if (tensor.is_floating_point()) tensor = tensor.to(type);
      write_state_dict(folders.back() / file, tensors);
    }
    const auto read = [&](const char* file) { return read_weights(folders.back() / file).tensors; };
    EXPECT_EQ(read("netG.pth")[0].second.scalar_type(), type);
    const ForeignNetworks networks = from_example(read("netG.pth"), read("netD.pth"), "the files");
    auto g = filled<GeneratorNet>(networks.plan, networks.generator);
    auto d = filled<DiscriminatorNet>(networks.plan, networks.discriminator);
    write_text(folders.back() / "expected.json", compact(made_by(g, d)));
    expect_near(made_by(g, d), golden(), tolerance);  // those of float32, but for rounding
  }
  expect_python_makes_the_same(folders);
}

TEST(ExampleNetworks, DoNotCutTheNamesOfWhatLiesBesideThem) {
  WeightsFile file;
  file.others = {
      "args (argparse.Namespace)", "my loss", "my epoch", "opt.lr", "opt.betas.0", "a.b (x.Y)", "loss (a.b) c"};
  file.modules = {"net (torch.nn.modules.container.Sequential)"};
  EXPECT_EQ(beside_networks(file, {}),
            (std::vector<std::string>{"args (argparse.Namespace)", "my loss", "my epoch", "opt", "a", "loss (a",
                                      "net (torch.nn.modules.container.Sequential)"}));
}

}  // namespace
}  // namespace dcgan::test::example_networks
