#include "exchange/import.hpp"

#include <gtest/gtest.h>

#include "exchange/generator.hpp"
#include "exchange/model_safetensors.hpp"
#include "support/networks.hpp"
#include "support/process.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::imported_models {
namespace {

/// A model of both networks as a training leaves it, and the file that is exported of its checkpoint.
class ImportedModels : public testing::Test {
 protected:
  ImportedModels() {
    model_.plan = small_plan({24, 16});
    model_.plan.options.arch = "resnet", model_.plan.options.norm_d = "none";
    model_.plan.options.spectral_norm = true;
    model_.plan.classes = 2, model_.plan.class_names = {"shoe", "gr\xc3\xbc\xc3\x9f, \"quoted\""};
    const auto add = [&](const std::string& part, const auto& net) {
      append(model_.tensors, part, tensors_of(*net, true));
    };
    add("generator.", used_generator(model_.plan, 1));
    add("discriminator.", used_discriminator(model_.plan, 2));
    add("ema.", used_generator(model_.plan, 3));
    model_.images_seen = 12'345'678'901;  // more than 32 bits hold
    model_.options = {{"fit", "pad"}, {"crop_at", "top"}};
    write_checkpoint(folder_ / "model.ckpt", model_);
    write_model_safetensors(file_, ModelFile(folder_ / "model.ckpt"));
  }

  ImportedModel model_;
  const TemporaryFolder folder_;
  const fs::path file_ = folder_ / "model.safetensors";
};

TEST_F(ImportedModels, OfSafetensorsAreWhatWasExportedWithTheImagesSeen) {
  const ImportedModel found = read_model({file_});
  EXPECT_EQ(found.images_seen, 12'345'678'901);
  EXPECT_EQ(found.options, model_.options);
  EXPECT_EQ(plan_to_json(found.plan), plan_to_json(model_.plan));
  ASSERT_EQ(found.tensors.size(), model_.tensors.size());
  for (size_t i = 0; i < found.tensors.size(); ++i) {
    EXPECT_EQ(found.tensors[i].first, model_.tensors[i].first);
    EXPECT_TRUE(same_bits(found.tensors[i].second, model_.tensors[i].second)) << found.tensors[i].first;
  }
  EXPECT_EQ(load_network(folder_ / "model.ckpt").info.images_seen, 12'345'678'901);
  write_checkpoint(folder_ / "again.ckpt", found);
  EXPECT_EQ(load_network(folder_ / "again.ckpt").info.images_seen, 12'345'678'901);
  write_model_safetensors(folder_ / "again.safetensors", ModelFile(folder_ / "again.ckpt"));
  EXPECT_TRUE(read_text(folder_ / "again.safetensors") == read_text(file_));
}

TEST_F(ImportedModels, WithoutAWholeNumberOfImagesSeenAreRefused) {
  WeightsFile file = read_weights(file_);
  for (const char* bad : {"-1", "2.5", "\"many\"", "none"}) {
    for (auto& [key, value] : file.metadata)
      if (key == "images_seen") value = bad;
    write_safetensors(folder_ / "bad.safetensors", file.tensors, file.metadata);
    EXPECT_CONTAINS(thrown_by([&] { read_model({folder_ / "bad.safetensors"}); }).what, "images_seen") << bad;
  }
  std::erase_if(file.metadata, [](const auto& one) { return one.first == "images_seen"; });
  write_safetensors(folder_ / "bad.safetensors", file.tensors, file.metadata);
  EXPECT_CONTAINS(thrown_by([&] { read_model({folder_ / "bad.safetensors"}); }).what, "has no 'images_seen'");
}

TEST_F(ImportedModels, AreReadByPythonsSafetensorsWithAllThatTheySayOfThemselves) {
  if (std::string(DCGAN_TEST_READERS_PYTHON).empty())
    GTEST_SKIP() << "no python3 with what third_party/readers.txt names was found when the build was configured";
  write_state_dict(folder_ / "state.pth", model_.tensors);
  write_text(folder_ / "facts.json", compact({{"format", "dcgan"},
                                              {"network", plan_to_json(model_.plan)},
                                              {"images_seen", "12345678901"},
                                              {"value_range", "[-1, 1]"},
                                              {"layout", "N x C x H x W"},
                                              {"fit", "pad"},
                                              {"crop_at", "top"}}));
  const auto quoted = [&](const char* name) { return " '" + (folder_ / name).native() + "'"; };
  const auto [said, status] = output_of("'" DCGAN_TEST_READERS_PYTHON "' '" DCGAN_TEST_SOURCE "/load_model.py'" +
                                        quoted("model.safetensors") + quoted("state.pth") + quoted("facts.json"));
  EXPECT_EQ(status, 0) << said;
  EXPECT_TRUE(said.ends_with("ok\n")) << said;
}

}  // namespace
}  // namespace dcgan::test::imported_models
