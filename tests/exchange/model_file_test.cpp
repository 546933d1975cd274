// What a file holds of a model's networks is the same whatever kind of file it is.
#include "exchange/model_file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "exchange/discriminator.hpp"
#include "exchange/generator.hpp"
#include "exchange/import.hpp"
#include "exchange/model_safetensors.hpp"
#include "exchange/torchscript.hpp"
#include "support/architectures.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::model_files {
namespace {

const fs::path kExports = fs::path(DCGAN_TEST_GOLDENS) / "exports";

/// Both networks and an average, as a training leaves them.
ImportedModel trained_model(const NetworkPlan& plan) {
  ImportedModel model;
  model.plan = plan;
  append(model.tensors, kGeneratorPart, tensors_of(*used_generator(plan, 1), true));
  append(model.tensors, kDiscriminatorPart, tensors_of(*used_discriminator(plan, 2), true));
  append(model.tensors, kAveragePart, tensors_of(*used_generator(plan, 3), true));
  model.images_seen = 12'345;
  model.options = {{"fit", "pad"}, {"crop_at", "top"}};
  return model;
}

std::vector<NetworkPlan> all_plans() {
  std::vector<NetworkPlan> plans;
  for (const int64_t classes : {0, 2})
    for (const std::string& name : architecture_names()) {
      if (name == kR3Gan.name || name == kUnet.name) continue;  // of other tests: no option names them
      NetworkPlan plan = small_plan({24, 16});
      plan.options.arch = name, plan.options.spectral_norm = classes > 0;
      plan.classes = classes;
      for (int64_t c = 0; c < classes; ++c) plan.class_names.push_back("class " + std::to_string(c));
      plans.push_back(plan);
      plan.options.self_modulation = true;
      plans.push_back(plan);
    }
  return plans;
}

class ModelFiles : public testing::Test {
 protected:
  /// model.ckpt, and what is exported of it.
  void write(const NetworkPlan& plan, const std::string& weights = "float32") const {
    write_checkpoint(checkpoint_, trained_model(plan));
    write_model_safetensors(file_, ModelFile(checkpoint_), weights);
  }
  at::Tensor classes_of(const NetworkPlan& plan) const {
    return plan.classes > 0 ? at::arange(4, at::kLong).remainder(plan.classes) : at::Tensor();
  }
  at::Tensor images(Generator& generator) const {
    const auto& info = generator.info();
    return generator(noise({4, info.latent}),
                     info.classes > 0 ? at::arange(4, at::kLong).remainder(info.classes) : at::Tensor());
  }
  at::Tensor logits(const fs::path& model, const NetworkPlan& plan) const {
    const at::NoGradGuard no_grad;
    DiscriminatorNet net = load_discriminator(model, load_network(model));
    return net(noise({4, plan.image_channels, plan.shape.size().height, plan.shape.size().width}), 1, classes_of(plan));
  }
  Thrown refusal() const {
    return thrown_by([&] { load_network(file_); });
  }
  /// The exported file with another content.
  void change(const std::function<void(WeightsFile&)>& how) const {
    WeightsFile file = read_weights(file_);
    how(file);
    write_safetensors(file_, file.tensors, file.metadata);
  }

  const TemporaryFolder folder_;
  const fs::path checkpoint_ = folder_ / "model.ckpt", file_ = folder_ / "model.safetensors";
};

TEST_F(ModelFiles, OfSafetensorsMakeTheImagesOfTheCheckpointToTheBit) {
  for (const NetworkPlan& plan : all_plans()) {
    write(plan);
    for (const bool ema : {true, false}) {
      const auto there = open_generator(checkpoint_, {{}, ema}), here = open_generator(file_, {{}, ema});
      EXPECT_TRUE(same_bits(images(*there), images(*here))) << plan.options.arch << plan.classes << ema;
      EXPECT_EQ(there->checksum(), here->checksum());
      EXPECT_EQ(here->info().ema, ema);
      EXPECT_EQ(here->info().images_seen, 12'345);
      EXPECT_EQ(here->info().class_names, plan.class_names);
      EXPECT_EQ(here->info().fit, "pad");
    }
    EXPECT_TRUE(same_bits(logits(checkpoint_, plan), logits(file_, plan))) << plan.options.arch << plan.classes;
  }
}

TEST_F(ModelFiles, OfTwoBytesANumberTakeLessThanAThirdAndAreNearlyTheSame) {
  NetworkPlan plan = small_plan({24, 16});
  plan.options.base_channels = {16, 16};  // else heads are most of the files
  for (const auto& [weights, type, tolerance] :
       {std::tuple("float16", at::kHalf, 0.02), std::tuple("bf16", at::kBFloat16, 0.15)}) {
    write(plan);
    const auto whole = fs::file_size(file_);
    const auto expected = images(*open_generator(file_));
    const auto expected_logits = logits(file_, plan);
    write(plan, weights);
    EXPECT_LT(fs::file_size(file_), 0.4 * static_cast<double>(whole)) << weights;
    EXPECT_LE(largest_difference(images(*open_generator(file_)), expected), tolerance) << weights;
    EXPECT_LE(largest_difference(logits(file_, plan), expected_logits),
              tolerance * std::max(1.0, expected_logits.abs().max().item<double>()));
    for (const auto& [name, tensor] : read_weights(file_).tensors) {
      EXPECT_FALSE(name.starts_with(kGeneratorPart)) << name;
      EXPECT_EQ(tensor.scalar_type(), !tensor.is_floating_point() ? at::kLong
                                      : tensor.dim() > 1          ? type
                                                                  : at::kFloat)
          << name;
    }
    const Thrown plain = thrown_by([&] { open_generator(file_, {{}, false}); });
    EXPECT_EQ(plain.exit_code, 2);
    EXPECT_CONTAINS(plain.what, "the moving average only");
  }
}

TEST_F(ModelFiles, OfTwoBytesANumberBeginATrainingByTheirAverage) {
  write(small_plan(), "half");
  const ModelFile file(file_);
  const NamedTensors all = file.beginning(), average = file.read(kAveragePart);
  ASSERT_FALSE(average.empty());
  for (const auto& [name, tensor] : average)
    for (const std::string part : {kGeneratorPart, kAveragePart}) {
      const auto found =
          std::find_if(all.begin(), all.end(), [&, n = part + name](const auto& one) { return one.first == n; });
      ASSERT_NE(found, all.end()) << part << name;
      EXPECT_TRUE(same_bits(found->second, tensor));
    }
}

TEST_F(ModelFiles, ThatAreTooLargeForFloat16AreNotWritten) {
  ImportedModel model = trained_model(small_plan());
  for (auto& [name, tensor] : model.tensors)
    if (name == "ema.conv1.weight") tensor = tensor.detach().clone().fill_(1e6);
  write_checkpoint(checkpoint_, model);
  const Thrown thrown = thrown_by([&] { write_model_safetensors(file_, ModelFile(checkpoint_), "float16"); });
  EXPECT_CONTAINS(thrown.what, "'ema.conv1.weight' holds numbers that are too large");
  EXPECT_CONTAINS(thrown.hint, "--weights bf16");
  EXPECT_FALSE(fs::exists(file_));
  write_model_safetensors(file_, ModelFile(checkpoint_), "bf16");
  EXPECT_TRUE(fs::exists(file_));
}

TEST_F(ModelFiles, OfTorchScriptHaveTheWeightsThatTheirOperationsWereMadeOf) {
  for (const NetworkPlan& plan : all_plans()) {
    const std::string what = plan.options.arch + std::to_string(plan.classes);
    const GeneratorNet net = used_generator(plan, 3);
    for (const ScriptOptions& options :
         {ScriptOptions{}, ScriptOptions{"float32", true}, ScriptOptions{"half", true}}) {
      export_torchscript(net, generator_info(plan, 7, true, ""), folder_ / "g.pt", options);
      SCOPED_TRACE(what + options.weights);
      const LoadedNetwork loaded = load_network(folder_ / "g.pt");
      EXPECT_EQ(plan_to_json(loaded.net->plan()), plan_to_json(plan)) << what;
      EXPECT_EQ(loaded.info.images_seen, 7);
      const double tolerance = options.weights == "half" ? 0.03 : 1e-4;
      const auto there = open_generator(folder_ / "g.pt"), here = make_generator(loaded.net, loaded.info);
      EXPECT_LE(largest_difference(images(*there), images(*here)), tolerance) << what;
      const NamedTensors expected = tensors_of(*net, true), got = tensors_of(*loaded.net, true);
      ASSERT_EQ(got.size(), expected.size());
      for (size_t i = 0; i < got.size(); ++i) {
        ASSERT_EQ(got[i].first, expected[i].first);
        if (got[i].first.ends_with("num_batches_tracked")) continue;
        EXPECT_LE(largest_difference(got[i].second, expected[i].second),
                  tolerance * std::max(1.0, expected[i].second.abs().max().item<double>()))
            << what << got[i].first;
      }
    }
  }
}

TEST_F(ModelFiles, OfTorchScriptWithoutWidenedKernelsHaveThoseWeightsToTheBit) {
  NetworkPlan plan = small_plan();
  plan.options.arch = "dcgan";
  const GeneratorNet net = used_generator(plan, 3);
  export_torchscript(net, generator_info(plan, 7, true, ""), folder_ / "g.pt");
  EXPECT_EQ(weights_digest(load_network(folder_ / "g.pt").net->layers()), weights_digest(net->layers()));
}

TEST_F(ModelFiles, OfAnExportedGeneratorBecomeSafetensorsOfThatAlone) {
  const NetworkPlan plan = small_plan();
  for (const bool ema : {true, false}) {
    export_torchscript(used_generator(plan), generator_info(plan, 7, ema, ""), folder_ / "g.pt");
    write_model_safetensors(file_, ModelFile(folder_ / "g.pt"));
    const ModelFile file(file_);
    EXPECT_EQ(file.has(kAveragePart), ema);
    EXPECT_EQ(file.has(kGeneratorPart), !ema);
    EXPECT_FALSE(file.has(kDiscriminatorPart));
    const auto there = open_generator(folder_ / "g.pt"), here = open_generator(file_);
    EXPECT_EQ(here->info().ema, ema);
    EXPECT_LE(largest_difference(images(*there), images(*here)), 1e-4);
    const Thrown thrown = thrown_by([&] { load_discriminator(file_, load_network(file_)); });
    EXPECT_EQ(thrown.exit_code, 2);
    EXPECT_CONTAINS(thrown.what, "holds no discriminator: it is a generator alone");
    const ImportedModel imported = read_model({file_});  // a checkpoint has both
    EXPECT_EQ(imported.tensors.size(), 2 * tensors_of(*used_generator(plan), true).size());
  }
}

TEST_F(ModelFiles, OfAnOlderExportAreRefusedSayingWhyAndItsOperationsAreReadAllTheSame) {
  size_t count = 0;
  for (const auto& entry : fs::directory_iterator(kExports)) {
    if (entry.path().extension() != ".pt" || entry.path().filename().native().starts_with("discriminator")) continue;
    ++count;
    const Thrown thrown = thrown_by([&] { ModelFile file(entry.path()); });
    EXPECT_EQ(thrown.exit_code, 2) << entry.path();
    EXPECT_CONTAINS(thrown.what, "did not write down which network it is");
    EXPECT_CONTAINS(thrown.hint, "export it again");
    const GeneratorOperations generator = load_operations(entry.path());
    const auto opened = open_generator(entry.path());
    const auto y = generator.info.classes > 0 ? at::zeros({2}, at::kLong) : at::Tensor();
    const auto z = noise({2, generator.info.latent});
    EXPECT_LE(largest_difference(generator.images(z, y), (*opened)(z, y)), 0.2) << entry.path();  // bf16
  }
  EXPECT_GE(count, 2u);
}

TEST_F(ModelFiles, ThatAreDamagedOrAnothersAreOneClearError) {
  const NetworkPlan plan = small_plan();
  const auto expect = [&](const std::string& what) {
    const Thrown thrown = refusal();
    EXPECT_CONTAINS(thrown.what, "model.safetensors'");
    EXPECT_CONTAINS(thrown.what, what);
    EXPECT_FALSE(thrown.hint.empty()) << what;
  };
  write(plan);
  const std::string good = read_text(file_);
  std::string bad = good;
  bad[bad.size() - 100] = static_cast<char>(bad[bad.size() - 100] ^ 1);
  write_text(file_, bad);
  expect("is damaged, or was changed by another program");
  write_text(file_, good.substr(0, good.size() - 100));
  expect("lies outside of the file's");
  write_text(file_, good.substr(0, 100));
  expect("is cut off within its header");
  write_text(file_, "");
  expect("is cut off");

  const auto expect_of = [&](const std::string& what, const std::function<void(WeightsFile&)>& how) {
    write_text(file_, good);
    change(how);
    expect(what);
  };
  expect_of("holds a NaN or an infinity", [](WeightsFile& file) {
    for (auto& [name, tensor] : file.tensors)
      if (name == "ema.conv0.weight") tensor.fill_(NAN);
  });
  expect_of("tensors that belong to neither network",
            [](WeightsFile& file) { file.tensors.emplace_back("surprise", at::ones({1})); });
  expect_of("ema has no 'norm0.bias'", [](WeightsFile& file) {
    std::erase_if(file.tensors, [](const auto& one) { return one.first == "ema.norm0.bias"; });
  });
  expect_of("holds no generator", [](WeightsFile& file) {
    std::erase_if(file.tensors, [](const auto& one) { return !one.first.starts_with("discriminator."); });
  });
  expect_of("numbers, and the generator that it claims to hold has at least", [&](WeightsFile& file) {
    NetworkPlan huge = plan;
    huge.options.base_channels = {1024, 1024}, huge.options.max_channels = 8192;
    for (auto& [key, text] : file.metadata)
      if (key == "network") text = compact(plan_to_json(huge));
  });
  expect_of("holds weights alone, for other programs", [](WeightsFile& file) { file.metadata = {{"format", "pt"}}; });
}

TEST_F(ModelFiles, OfTorchScriptWhoseOperationsAreNotThoseOfTheirNetworkAreRefused) {
  const NetworkPlan plan = small_plan();
  GeneratorOperations generator = operations_of(used_generator(plan), generator_info(plan, 7, true, ""));
  NetworkPlan other = plan;
  other.options.arch = "dcgan";
  generator.network = plan_to_json(other);
  export_torchscript(generator, folder_ / "g.pt");
  EXPECT_NO_THROW(open_generator(folder_ / "g.pt"));  // its operations are whole
  if (plan.options.arch != "dcgan") {
    EXPECT_CONTAINS(thrown_by([&] { ModelFile file(folder_ / "g.pt"); }).what, "is not that of the network");
  }
  // A kernel of 4 x 4 that no 3 x 3 one was widened to.
  NetworkPlan widened = plan;
  widened.options.arch = "upsample";
  generator = operations_of(used_generator(widened), generator_info(widened, 7, true, ""));
  for (Layer& layer : generator.layers)
    if (layer.kind == LayerKind::kConvTranspose && layer.stride == 2)
      for (auto& [part, tensor] : layer.tensors) tensor = noise(tensor.sizes());
  export_torchscript(generator, folder_ / "g.pt");
  EXPECT_CONTAINS(thrown_by([&] { ModelFile file(folder_ / "g.pt"); }).what, "is not that of the network");
}

}  // namespace
}  // namespace dcgan::test::model_files
