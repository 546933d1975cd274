// Descriptions of networks: what reads them agrees with the modules that are trained.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "support/architectures.hpp"

namespace dcgan::test::descriptions {
namespace {

/// With and without classes and what a discriminator may have.
std::vector<NetworkPlan> all_plans() {
  auto plans = plans_of_every_architecture({24, 16});
  for (auto plan : plans_of_every_architecture({24, 16}, 3, 3)) {
    plan.options.norm_d = "none", plan.options.spectral_norm = plan.options.minibatch_std = true;
    plans.push_back(plan);
  }
  return plans;
}

TEST(Description, HasTheShapesOfWhatEachLayerMakes) {
  const at::NoGradGuard no_grad;
  for (const auto& plan : all_plans()) {
    GeneratorNet net(plan);
    initialise(*net, 1, NetworkRole::kGenerator);
    net->eval();
    const NetworkDescription& description = net->description();
    std::vector<int64_t> wanted;
    for (int64_t value = 0; value <= description.last_value(); ++value) wanted.push_back(value);
    const MapShape& in = description.inputs.front();
    const auto y = plan.classes > 0 ? at::zeros({2}, at::kLong) : at::Tensor();
    const auto values = run_layers(net->layers(), noise({2, in.channels, in.height, in.width}), y, wanted);
    for (const int64_t value : wanted) {
      const MapShape& shape = description.shape_of(value);
      EXPECT_EQ(values[static_cast<size_t>(value)].sizes().vec(),
                (std::vector<int64_t>{2, shape.channels, shape.height, shape.width}))
          << plan.options.arch << " " << value;
    }
  }
}

TEST(Description, OfAFineGeneratorMakesItsImageFromHalfTheChannelsButEightAtItsSize) {
  for (const auto& [base, channels] : {std::pair<int64_t, int64_t>{32, 16}, {4, 8}}) {
    NetworkPlan plan = small_plan({16, 24});
    plan.options.arch = "fine";
    plan.options.base_channels.generator = base;
    const NetworkDescription net = plan.generator();
    const PlannedLayer& image = net.layers[net.layers.size() - 2];  // behind it comes tanh
    EXPECT_EQ(image.kind, LayerKind::kConv);
    EXPECT_EQ(image.in, (MapShape{channels, 24, 16}));
    EXPECT_EQ(image.out, (MapShape{3, 24, 16}));
  }
}

TEST(Description, NamesTheWeightsOfTheModulesAndTheirShapes) {
  for (const auto& plan : all_plans()) {
    const GeneratorNet g(plan);
    const DiscriminatorNet d(plan);
    for (const DescribedNetImpl* net :
         {static_cast<const DescribedNetImpl*>(g.get()), static_cast<const DescribedNetImpl*>(d.get())}) {
      int64_t count = 0;
      const auto planned = net->planned_weights();
      const auto parameters = net->named_parameters();
      ASSERT_EQ(planned.size(), parameters.size());
      for (size_t i = 0; i < planned.size(); ++i) {
        EXPECT_EQ(planned[i].name, parameters[i].key());
        EXPECT_EQ(planned[i].shape, parameters[i].value().sizes().vec()) << planned[i].name;
        count += planned[i].numbers();
      }
      EXPECT_EQ(net->description().weight_count(), count);
    }
  }
}

TEST(Description, IsTheSameNetworkInTrainingAndInEvaluation) {
  const at::NoGradGuard no_grad;
  for (const auto& plan : all_plans()) {
    auto g = used_generator(plan);
    auto d = used_discriminator(plan);
    for (auto norm : g->norms()) norm->eval();
    const auto z = noise({4, plan.options.latent});
    const auto y = plan.classes > 0 ? at::arange(4, at::kLong).remainder(3) : at::Tensor();
    const auto images = g(z, y), layers = run_layers(d->layers(), images, y).flatten();
    EXPECT_LE(largest_difference(d(images, 1, y), layers), 1e-4) << plan.options.arch;
    g->train();
    for (auto norm : g->norms()) norm->eval();
    EXPECT_LE(largest_difference(g(z, y), images), 1e-5) << plan.options.arch;
  }
}

TEST(Description, OfRowsThatAreNotShippedBeginsAsTheirPapersSay) {
  const at::NoGradGuard no_grad;
  const auto plans = all_plans();
  for (const auto& plan : plans) {
    GeneratorNet net(plan);
    initialise(*net, 1, NetworkRole::kGenerator);
    const auto parameters = net->named_parameters();
    if (plan.options.arch == "r3gan") {
      EXPECT_EQ(parameters["block0.conv2.weight"].abs().max().item<float>(), 0);  // each block begins as its input
      EXPECT_EQ(parameters["block0.conv1.weight"].size(1), 4);                    // groups of four channels
    }
    if (plan.options.arch == "unet") {
      const auto z = noise({2, plan.options.latent});
      EXPECT_LE(largest_difference(net(z).flatten(1), z.tanh()), 1e-6);  // at first what goes in
    }
  }
}

TEST(Description, OfAUNetTakesMapsOfAnySize) {
  const at::NoGradGuard no_grad;
  for (const auto& plan : all_plans())
    if (plan.options.arch == "unet") {
      auto net = used_generator(plan);
      for (const auto& [height, width] : {std::pair<int64_t, int64_t>{8, 12}, {32, 20}})
        EXPECT_EQ(run_layers(net->layers(), noise({1, 3, height, width}), {}).sizes().vec(),
                  (std::vector<int64_t>{1, 3, height, width}));
    }
}

/// A network for tests of the list itself.
class Described : public DescribedNetImpl {
 public:
  using DescribedNetImpl::DescribedNetImpl;
  using DescribedNetImpl::run;
};

TEST(Description, MayTakeSeveralInputs) {
  const at::NoGradGuard no_grad;
  NetworkBuilder build({{3, 8, 8}, {1, 8, 8}});
  build.concatenate(0, 1);
  build.convolve("conv", {.out = 2, .side = 3, .padding = 1});
  Described net({build.take()});
  initialise(net, 1, NetworkRole::kGenerator);
  const auto a = noise({2, 3, 8, 8}), b = noise({2, 1, 8, 8}, 1);
  const auto expected = at::conv2d(at::cat({a, b}, 1), net.convolutions()[0]->weight, {}, 1, 1);
  EXPECT_LE(largest_difference(net.run({a, b}, {}, 1), expected), 1e-6);
  EXPECT_LE(largest_difference(run_layers(net.layers(), {a, b}, {}, {3})[0], expected), 1e-6);
}

TEST(Description, OfSeveralStagesSharesWeightsByNameAndHasThemAllFromTheBeginning) {
  const auto stage = [](bool is_second) {
    NetworkBuilder build({{4, 4, 4}});
    build.convolve("shared", {.out = 6, .side = 3, .padding = 1});
    if (is_second) build.then(LayerKind::kUpsample), build.convolve("more", {.out = 6, .side = 3, .padding = 1});
    build.convolve(is_second ? "out1" : "out0", {.out = 3, .side = 1});
    return build.take();
  };
  const at::NoGradGuard no_grad;
  Described net({stage(false), stage(true)});
  initialise(net, 1, NetworkRole::kGenerator);
  std::vector<std::string> names;
  for (const auto& one : net.named_parameters()) names.push_back(one.key());
  EXPECT_EQ(names, (std::vector<std::string>{"shared.weight", "out0.weight", "more.weight", "out1.weight"}));
  const auto x = noise({1, 4, 4, 4});
  EXPECT_EQ(net.run({x}, {}, 1).size(2), 4);
  const void* shared = net.convolutions()[0]->weight.const_data_ptr();
  net.use_stage(1);
  EXPECT_EQ(net.run({x}, {}, 1).size(2), 8);
  EXPECT_EQ(net.convolutions()[0]->weight.const_data_ptr(), shared);
  NetworkBuilder other({{4, 4, 4}});
  other.convolve("shared", {.out = 7, .side = 3, .padding = 1});
  EXPECT_THROW(Described({stage(false), other.take()}), std::logic_error);
}

}  // namespace
}  // namespace dcgan::test::descriptions
