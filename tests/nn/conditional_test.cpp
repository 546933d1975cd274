// Classes in both networks, and the other architectures of the generator.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "core/error.hpp"
#include "nn/class_norm.hpp"
#include "nn/kernels/norm_activation.hpp"
#include "support/networks.hpp"

namespace dcgan::test::conditional {
namespace {

NetworkPlan plan_of(const std::string& arch, int64_t classes, Size size = {24, 16}) {
  auto plan = small_plan(size);
  plan.options.arch = arch, plan.classes = classes;
  for (int64_t i = 0; i < classes; ++i) plan.class_names.push_back("class " + std::to_string(i));
  return plan;
}

at::Tensor turns(int64_t count, int64_t classes) {
  return classes == 0 ? at::Tensor() : at::arange(count, at::kLong).remainder(classes);
}

torch::nn::BatchNorm2d class_norm_of(int64_t channels) {
  auto norm = make_norm(channels, 3);
  const at::NoGradGuard no_grad;
  auto own = norm->named_parameters();
  own["class_gain"].copy_(noise({3, channels}, 5) * 0.3 + 1);
  own["class_bias"].copy_(noise({3, channels}, 6));
  norm->running_mean.copy_(noise({channels}, 7));
  return norm;
}

struct Result {
  at::Tensor out, dx, d_gain, d_bias, running_mean, running_var;
};

Result result_of(at::ScalarType type, bool by_hand) {
  auto norm = class_norm_of(7);
  if (type == at::kDouble) norm->to(type);
  const auto x = (2 * noise({5, 7, 4, 3}, 1) + 3).to(type).contiguous(at::MemoryFormat::ChannelsLast).requires_grad_();
  const auto y = at::tensor(std::vector<int64_t>{2, 0, 2, 1, 2});
  auto own = norm->named_parameters();
  at::Tensor out;
  if (by_hand) {
    const auto mean = x.mean({0, 2, 3}, true), deviation = (x.var({0, 2, 3}, false, true) + 1e-5).sqrt();
    std::vector<at::Tensor> images;
    for (int64_t i = 0; i < 5; ++i) {
      const auto of_class = [&](const char* name) { return own[name][y[i].item<int64_t>()].view({1, 7, 1, 1}); };
      images.push_back((x.narrow(0, i, 1) - mean) / deviation * of_class("class_gain") + of_class("class_bias"));
    }
    out = at::leaky_relu(at::cat(images), 0.2);
    norm(x.detach());  // moves the statistics
  } else {
    out = class_norm_activation(norm, x, y, 0.2);
  }
  const auto gradients =
      torch::autograd::grad({out}, {x, own["class_gain"], own["class_bias"]}, {noise({5, 7, 4, 3}, 9).to(type)});
  const auto wide = [](const at::Tensor& t) { return t.detach().to(at::kDouble); };
  return {wide(out),          wide(gradients[0]),       wide(gradients[1]),
          wide(gradients[2]), wide(norm->running_mean), wide(norm->running_var)};
}

void expect_near(const Result& got, const Result& expected, double tolerance) {
  const auto check = [&](const char* what, const at::Tensor& a, const at::Tensor& b) {
    EXPECT_LE((a - b).abs().max().item<double>(), tolerance * b.abs().max().item<double>()) << what;
  };
  check("out", got.out, expected.out), check("dx", got.dx, expected.dx);
  check("d_gain", got.d_gain, expected.d_gain), check("d_bias", got.d_bias, expected.d_bias);
  check("running_mean", got.running_mean, expected.running_mean);
  check("running_var", got.running_var, expected.running_var);
}

TEST(ClassNorm, IsBatchNormWithTheGainAndBiasOfEachImagesClass) {
  const auto expected = result_of(at::kDouble, true);
  expect_near(result_of(at::kFloat, false), expected, 1e-5);
  expect_near(result_of(at::kDouble, false), expected, 1e-12);
}

TEST(ClassNorm, InBfloat16IsWithinItsEightBits) {
  auto norm = class_norm_of(7), plain = class_norm_of(7);
  const auto x = noise({5, 7, 4, 3}, 1), y = turns(5, 3);
  const auto half = class_norm_activation(norm, x.to(at::kBFloat16), y, 0);
  EXPECT_EQ(half.scalar_type(), at::kBFloat16);
  EXPECT_LE(largest_difference(half, class_norm_activation(plain, x, y, 0)), 0.05);
}

/// leaky_relu(modulated(norm(x))) in double by plain operations, and what class_norm_activation() makes of floats.
std::vector<at::Tensor> modulation_of(int64_t classes, bool by_hand) {
  auto norm = classes > 0 ? class_norm_of(7) : make_norm(7, 0);
  const auto type = by_hand ? at::kDouble : at::kFloat;
  norm->to(type);
  const auto x = (2 * noise({5, 7, 4, 3}, 1) + 3).to(type).contiguous(at::MemoryFormat::ChannelsLast).requires_grad_();
  const auto numbers = (0.5 * noise({5, 14}, 2)).to(type).requires_grad_();
  const auto y = turns(5, classes);
  at::Tensor out;
  if (by_hand) {
    const auto own = norm->named_parameters();
    auto t = norm(x);
    if (classes > 0)
      t = t * own["class_gain"].index_select(0, y).view({5, 7, 1, 1}) +
          own["class_bias"].index_select(0, y).view({5, 7, 1, 1});
    const auto wide = numbers.view({5, 14, 1, 1});
    out = at::leaky_relu(t * (1 + wide.narrow(1, 0, 7)) + wide.narrow(1, 7, 7), 0.2);
  } else {
    out = class_norm_activation(norm, x, y, 0.2, 1, numbers);
  }
  auto all = torch::autograd::grad({out}, {x, numbers}, {noise({5, 7, 4, 3}, 9).to(type)});
  norm->eval();
  all.insert(all.end(), {out, class_norm_activation(norm, x, y, 0.2, 1, numbers)});
  return all;
}

TEST(ClassNorm, ModulatesWhatEitherNormMakes) {
  for (const int64_t classes : {0, 3}) {
    const auto got = modulation_of(classes, false), expected = modulation_of(classes, true);
    for (size_t i = 0; i < got.size(); ++i)
      EXPECT_LE(largest_difference(got[i], expected[i]), 1e-5 * expected[i].abs().max().item<double>())
          << classes << " classes, " << i;
  }
}

TEST(ClassNorm, AtTheBeginningIsAPlainNormForEveryClass) {
  auto of_classes = make_norm(7, 3), plain = make_norm(7, 0);
  EXPECT_EQ(of_classes->named_parameters().size(), 2u);
  const auto x = noise({6, 7, 4, 3}, 1);
  EXPECT_LE(largest_difference(class_norm_activation(of_classes, x, turns(6, 3), 0), norm_activation(plain, x, 0)),
            1e-5);
}

TEST(ClassNorm, InEvaluationUsesTheRunningStatisticsAndLeavesThem) {
  auto norm = class_norm_of(7);
  norm->eval();
  const auto x = noise({3, 7, 4, 3}, 1), y = turns(3, 3), before = norm->running_mean.clone();
  const auto own = norm->named_parameters();
  const auto of_class = [&](const char* name) { return own[name].view({3, 7, 1, 1}); };
  const auto mean = norm->running_mean.view({1, 7, 1, 1}), variance = norm->running_var.view({1, 7, 1, 1});
  const auto expected =
      at::relu((x - mean) / (variance + 1e-5).sqrt() * of_class("class_gain") + of_class("class_bias"));
  EXPECT_LE(largest_difference(class_norm_activation(norm, x, y, 0), expected), 1e-5);
  EXPECT_TRUE(same_bits(norm->running_mean, before));
}

TEST(Architectures, OfEveryKindMakeImagesOfTheSizeWithAndWithoutClasses) {
  const at::NoGradGuard no_grad;
  for (const std::string& arch : architecture_names())
    for (const int64_t classes : {0, 3})
      for (const Size size : {Size{28, 28}, Size{16, 24}}) {
        auto net = used_generator(plan_of(arch, classes, size));
        const auto images = net(noise({4, 8}), turns(4, classes));
        EXPECT_EQ(images.sizes().vec(), (std::vector<int64_t>{4, 3, size.height, size.width})) << arch;
        EXPECT_LE(images.abs().max().item<float>(), 1.0f);
        EXPECT_GT(images.std().item<float>(), 0.01f) << arch;
        DiscriminatorNet judge(plan_of(arch, classes, size));
        initialise(*judge, 1, NetworkRole::kDiscriminator);
        EXPECT_EQ(judge(images, 1, turns(4, classes)).sizes().vec(), std::vector<int64_t>{4});
      }
}

TEST(Architectures, EvaluatedWithTheBatchsOwnStatisticsAreWhatTheyAreInTraining) {
  const at::NoGradGuard no_grad;
  for (const std::string& arch : architecture_names())
    for (const int64_t classes : {0, 3}) {
      auto net = used_generator(plan_of(arch, classes));
      const auto z = noise({12, 8}, 5), y = turns(12, classes);
      net->train();
      for (auto norm : net->norms()) norm->options.momentum(1.0);  // the running statistics become this batch's
      const auto trained = net(z, y);
      net->eval();
      // The running variance is the unbiased one, n / (n - 1) of what training divides by.
      const auto evaluated = net(z, y);
      EXPECT_LE(largest_difference(trained, evaluated), 0.05) << arch << classes;
      EXPECT_GT(trained.std().item<float>(), 0.05f);
    }
}

/// The generators written out once more, layer by layer, by LibTorch's plain operations, in double precision.
at::Tensor plain_norm(const GeneratorNet& net, const std::string& name, const at::Tensor& x, const at::Tensor& y) {
  const auto parameters = net->named_parameters(), buffers = net->named_buffers();
  const auto wide = [](const at::Tensor& t) { return t.to(at::kDouble).view({1, -1, 1, 1}); };
  const auto n = (x - wide(buffers[name + ".running_mean"])) / (wide(buffers[name + ".running_var"]) + 1e-5).sqrt();
  if (!y.defined()) return at::relu(n * wide(parameters[name + ".weight"]) + wide(parameters[name + ".bias"]));
  const auto of_class = [&](const char* part) {
    return parameters[name + part].to(at::kDouble).index_select(0, y).view({y.size(0), -1, 1, 1});
  };
  return at::relu(n * of_class(".class_gain") + of_class(".class_bias"));
}
at::Tensor plain_resize(const at::Tensor& x) {
  return at::upsample_nearest2d(x, at::IntArrayRef{2 * x.size(2), 2 * x.size(3)});
}
at::Tensor plain_convolution(const GeneratorNet& net, const std::string& name, const at::Tensor& x, bool turned) {
  const auto weight = net->named_parameters()[name + ".weight"].to(at::kDouble);
  return at::conv2d(x, turned ? weight.flip({2, 3}).transpose(0, 1) : weight, {}, 1, weight.size(2) / 2);
}

TEST(Architectures, UpsampleResizesByNearestNeighboursAndConvolves) {
  const at::NoGradGuard no_grad;
  for (const int64_t classes : {0, 3}) {
    auto net = used_generator(plan_of("upsample", classes));
    const auto z = noise({5, 8}, 1), y = turns(5, classes);
    auto x = at::conv_transpose2d(z.to(at::kDouble).view({5, 8, 1, 1}), net->convolutions()[0]->weight.to(at::kDouble));
    for (size_t i = 0; i < net->norms().size(); ++i) {
      x = plain_resize(plain_norm(net, "norm" + std::to_string(i), x, y));
      x = plain_convolution(net, "conv" + std::to_string(i + 1), x, true);
    }
    EXPECT_LE(largest_difference(net(z, y), x.tanh()), 1e-5);
  }
}

TEST(Architectures, ResnetAddsABlockAndItsInputResized) {
  const at::NoGradGuard no_grad;
  for (const int64_t classes : {0, 3}) {
    auto net = used_generator(plan_of("resnet", classes));
    const auto z = noise({5, 8}, 1), y = turns(5, classes);
    auto x = at::conv_transpose2d(z.to(at::kDouble).view({5, 8, 1, 1}), net->convolutions()[0]->weight.to(at::kDouble));
    for (int64_t i = 0; i < net->plan().shape.doublings; ++i) {
      const std::string block = "block" + std::to_string(i);
      auto h = plain_convolution(net, block + ".conv0", plain_resize(plain_norm(net, block + ".norm0", x, y)), true);
      h = plain_convolution(net, block + ".conv1", plain_norm(net, block + ".norm1", h, y), false);
      x = h + plain_convolution(net, block + ".shortcut", plain_resize(x), false);
    }
    x = plain_convolution(net, "last", plain_norm(net, "norm", x, y), false);
    EXPECT_LE(largest_difference(net(z, y), x.tanh()), 1e-4);
  }
}

TEST(Architectures, ResnetsDiscriminatorHalvesByMeansAndSumsUp) {
  const at::NoGradGuard no_grad;
  DiscriminatorNet net(plan_of("resnet", 3));
  initialise(*net, 1, NetworkRole::kDiscriminator);
  auto all = net->named_parameters();
  for (auto& one : all)
    if (one.key().ends_with("bias")) one.value().copy_(0.1 * noise(one.value().sizes(), 400));
  const auto images = noise({5, 3, 16, 24}, 2), y = turns(5, 3);
  const auto convolution = [&](const std::string& name, const at::Tensor& x) {
    const auto weight = all[name + ".weight"].to(at::kDouble);
    return at::conv2d(x, weight, all[name + ".bias"].to(at::kDouble), 1, weight.size(2) / 2);
  };
  const auto halved = [](const at::Tensor& x) { return at::avg_pool2d(x, at::IntArrayRef{2, 2}); };
  auto x = images.to(at::kDouble);
  for (int64_t i = 0; i < 2; ++i) {
    const std::string block = "block" + std::to_string(i);
    const auto h = convolution(block + ".conv1", at::relu(convolution(block + ".conv0", i == 0 ? x : at::relu(x))));
    x = halved(h) + halved(convolution(block + ".shortcut", x));
  }
  const auto sums = at::relu(x).sum({2, 3});
  const auto logits = at::mv(sums, all["last.weight"].to(at::kDouble).flatten()) + all["last.bias"].to(at::kDouble) +
                      (sums * all["class_vectors.weight"].to(at::kDouble).index_select(0, y)).sum(1);
  EXPECT_LE(largest_difference(net(images, 1, y), logits), 1e-4 * logits.abs().max().item<double>());
}

TEST(Projection, AddsTheProductOfTheClasssVectorAndTheSummedFeaturesToTheLogit) {
  const at::NoGradGuard no_grad;
  DiscriminatorNet net(plan_of("dcgan", 3)), plain(plan_of("dcgan", 0));
  initialise(*net, 1, NetworkRole::kDiscriminator), initialise(*plain, 1, NetworkRole::kDiscriminator);
  const auto images = noise({6, 3, 16, 24}, 2), y = turns(6, 3);
  const auto logits = net(images, 1, y);
  auto vectors = net->named_parameters()["class_vectors.weight"];
  EXPECT_EQ(vectors.sizes().vec(), (std::vector<int64_t>{3, 8}));
  vectors.mul_(2);  // linear in the vectors, and without them the plain discriminator
  const auto rest = plain(images);
  EXPECT_TRUE(at::allclose(net(images, 1, y) - rest, 2 * (logits - rest), 1e-3, 1e-5));
  EXPECT_GT((logits - rest).abs().min().item<float>(), 0.0f);
  vectors.zero_();
  EXPECT_TRUE(at::allclose(net(images, 1, y), rest, 1e-5, 1e-6));
}

TEST(Classes, ThatAreMissingOrTooMuchAreRefused) {
  GeneratorNet with(plan_of("dcgan", 3)), without(plan_of("dcgan", 0));
  EXPECT_THROW(with(noise({2, 8})), Error);
  EXPECT_THROW(without(noise({2, 8}), turns(2, 2)), Error);
  DiscriminatorNet judge_with(plan_of("resnet", 3)), judge_without(plan_of("resnet", 0));
  const auto images = noise({2, 3, 16, 24});
  EXPECT_THROW(judge_with(images), Error);
  EXPECT_THROW(judge_without(images, 1, turns(2, 2)), Error);
}

TEST(InitialWeights, OfResidualBlocksAreGlorotsAndOfClassesOneAndZero) {
  auto plan = plan_of("resnet", 3, {32, 32});
  plan.options.base_channels = {32, 32}, plan.options.spectral_norm = true;
  GeneratorNet g(plan);
  DiscriminatorNet d(plan);
  initialise(*g, 1, NetworkRole::kGenerator), initialise(*d, 1, NetworkRole::kDiscriminator);
  for (const auto& net : {g->named_parameters(), d->named_parameters()})
    for (const auto& one : net) {
      const auto& [name, value] = std::pair(one.key(), one.value().detach());
      if (name.ends_with("class_gain")) {
        EXPECT_TRUE(at::equal(value, at::ones_like(value))) << name;
      } else if (name.ends_with("bias")) {
        EXPECT_TRUE(at::equal(value, at::zeros_like(value))) << name;
      } else if (value.dim() > 1) {
        const auto fans = static_cast<double>((value.size(0) + value.size(1)) * value[0][0].numel());
        const double spread = name.starts_with("block") ? std::sqrt(2 / fans) : 0.02;
        EXPECT_NEAR(value.std().item<double>() / spread, 1, 5 / std::sqrt(static_cast<double>(value.numel()))) << name;
      }
    }
  for (const auto& one : d->named_buffers()) EXPECT_NEAR(one.value().norm().item<double>(), 1, 1e-5) << one.key();
  EXPECT_FALSE(at::equal(d->named_buffers()["block1.conv0.u"], d->named_buffers()["block0.conv1.u"]));
}

TEST(InitialWeights, OfAPlainNetworkDoNotChangeWithWhatIsAddedBehindThem) {
  auto plan = plan_of("dcgan", 3);
  plan.options.spectral_norm = true;
  DiscriminatorNet plain(plan_of("dcgan", 0)), more(plan);
  initialise(*plain, 1, NetworkRole::kDiscriminator), initialise(*more, 1, NetworkRole::kDiscriminator);
  for (size_t i = 0; i < plain->convolutions().size(); ++i)
    EXPECT_TRUE(same_bits(plain->convolutions()[i]->weight, more->convolutions()[i]->weight)) << i;
}

}  // namespace
}  // namespace dcgan::test::conditional
