#include "exchange/generator.hpp"

#include "checkpoint/run_directory.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/error.hpp"
#include "core/text.hpp"
#include "exchange/torchscript.hpp"
#include "support/networks.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

TEST(ToBytes, RoundsToTheNearestOf256AndClamps) {
  const auto values = at::tensor(std::vector<float>{-1.0f, 1.0f, 0.0f, -2.0f, 2.0f, -1.0f + 0.6f / 127.5f,
                                                    -1.0f + 0.4f / 127.5f, 1.0f - 1.6f / 127.5f});
  const auto bytes = to_bytes(values.view({1, 1, 1, 8}));
  EXPECT_TRUE(same_bits(bytes.flatten(), at::tensor(std::vector<uint8_t>{0, 255, 128, 0, 255, 1, 0, 253}, at::kByte)));
}

TEST(ToBytes, UndoesWhatTrainingDoesToEveryPixelValue) {
  const auto pixels = at::arange(256, at::kByte);
  const auto seen = pixels.to(at::kFloat).div(127.5).sub(1.0);  // as step/trainer does
  EXPECT_TRUE(same_bits(to_bytes(seen.view({1, 1, 16, 16})).flatten(), pixels));
}

TEST(ToBytes, PutsChannelsLast) {
  const auto images = noise({2, 3, 4, 5});
  const auto bytes = to_bytes(images);
  EXPECT_EQ(bytes.sizes().vec(), (std::vector<int64_t>{2, 4, 5, 3}));
  EXPECT_TRUE(bytes.is_contiguous());
  EXPECT_TRUE(same_bits(bytes.select(3, 1), to_bytes(images.slice(1, 1, 2)).squeeze(3)));
}

TEST(PlanJson, ReadsBackAsTheSamePlan) {
  auto plan = small_plan({64, 48}, 1);
  plan.options.base_channels = {5, 7};
  plan.options.max_channels = 33;
  const auto again = plan_from_json({{"network", plan_to_json(plan)}}, "the test");
  EXPECT_EQ(again.shape, plan.shape);
  EXPECT_EQ(again.image_channels, 1);
  EXPECT_EQ(again.options.base_channels, plan.options.base_channels);
  EXPECT_EQ(again.options.max_channels, 33);
  EXPECT_EQ(again.options.latent, 8);
}

TEST(PlanJson, KeepsTheArchitectureAndTheNamesOfClasses) {
  auto plan = small_plan();
  plan.options.arch = "resnet", plan.options.norm_d = "none";
  plan.options.spectral_norm = plan.options.minibatch_std = true;
  plan.classes = 2, plan.class_names = {"shoe", "bag"};
  const auto again = plan_from_json({{"network", plan_to_json(plan)}}, "the test");
  EXPECT_EQ(plan_to_json(again), plan_to_json(plan));
  EXPECT_EQ(again.class_names, plan.class_names);
  auto foreign = plan_to_json(plan);
  foreign["class_names"] = {"shoe", "b\x1b[31mag"};
  EXPECT_EQ(plan_from_json({{"network", foreign}}, "the test").class_names[1], printable("b\x1b[31mag"))
      << "names of a stranger's file are printed";
  EXPECT_TRUE(again.options.spectral_norm && again.options.minibatch_std && again.options.arch == "resnet");
}

TEST(PlanJson, ReadsWhatWasWrittenBeforeThereWereArchitecturesAndClasses) {
  Json old = plan_to_json(small_plan());
  for (const char* key : {"arch", "norm_d", "spectral_norm", "minibatch_std", "classes", "class_names"}) {
    EXPECT_TRUE(old.contains(key)) << key;
    old.erase(key);
  }
  EXPECT_EQ(plan_to_json(small_plan())["norm_d"], "batch") << "as a run's plan has it resolved";
  EXPECT_EQ(plan_to_json(plan_from_json({{"network", old}}, "the test")), plan_to_json(small_plan()));
}

TEST(PlanJson, RefusesImpossibleShapes) {
  const Json good = plan_to_json(small_plan());
  for (const auto& [key, value] : std::vector<std::pair<const char*, Json>>{{"doublings", 0},
                                                                            {"doublings", 63},
                                                                            {"doublings", -1},
                                                                            {"width", 0},
                                                                            {"width", -16},
                                                                            {"width", 17},
                                                                            {"height", 18},
                                                                            {"image_channels", 0},
                                                                            {"image_channels", 2},
                                                                            {"image_channels", 5},
                                                                            {"latent", 0},
                                                                            {"latent", 1'000'000'000},
                                                                            {"base_channels_g", "many"},
                                                                            {"base_channels_g", "auto"},
                                                                            {"arch", "surprise"},
                                                                            {"classes", 2},
                                                                            {"classes", -1},
                                                                            {"class_names", {"shoe"}},
                                                                            {"surprise", 1}}) {
    Json bad = good;
    bad[key] = value;
    EXPECT_THROW(plan_from_json({{"network", bad}}, "the test"), Error) << key << " " << compact(value);
  }
  EXPECT_THROW(plan_from_json(Json::object(), "the test"), Error);
}

/// A run directory with two checkpoints as train writes them; the newest has other weights.
class StoredGeneratorTest : public testing::Test {
 protected:
  StoredGeneratorTest() {
    write_text(run_ / "config.json", "{}");
    store(run_ / "checkpoints" / "000000032.ckpt", 32, 5);
    store(newest_, 64, 6);
  }
  void store(const fs::path& path, int64_t images, uint64_t seed) {
    NamedTensors state;
    const auto add = [&](const std::string& prefix, GeneratorNet net) {
      for (const auto& one : net->named_parameters()) state.emplace_back(prefix + one.key(), one.value());
      for (const auto& one : net->named_buffers()) state.emplace_back(prefix + one.key(), one.value());
    };
    add("generator.", used_generator(plan_, 100 + seed));
    add("ema.", used_generator(plan_, seed));
    fs::create_directories(path.parent_path());
    write_archive(path, {{"training_version", kTrainingVersion}, {"network", plan_to_json(plan_)}, {"images", images}},
                  state);
  }
  at::Tensor network_images(uint64_t seed) {
    const at::NoGradGuard no_grad;
    return used_generator(plan_, seed)(z_);
  }
  std::string misuse_of(const fs::path& model, bool ema = true) {
    try {
      open_generator(model, {{}, ema});
    } catch (const UsageError& error) {
      return error.what();
    }
    return "no UsageError";
  }

  TemporaryFolder folder_;
  NetworkPlan plan_ = small_plan();
  const fs::path run_ = folder_ / "run", newest_ = folder_ / "run" / "checkpoints" / "000000064.ckpt";
  const at::Tensor z_ = noise({16, 8}, 7);
};

TEST_F(StoredGeneratorTest, OfARunIsItsNewestCheckpoint) {
  EXPECT_EQ(checkpoint_of(run_), newest_);
  const auto generator = open_generator(run_);
  EXPECT_EQ(generator->info().images_seen, 64);
  EXPECT_TRUE(same_bits((*generator)(z_), network_images(6)));
  EXPECT_TRUE(same_bits((*open_generator(newest_))(z_), network_images(6)));
}

TEST_F(StoredGeneratorTest, OfAnEarlierCheckpointIsThatOne) {
  const auto generator = open_generator(run_ / "checkpoints" / "000000032.ckpt");
  EXPECT_EQ(generator->info().images_seen, 32);
  EXPECT_TRUE(same_bits((*generator)(z_), network_images(5)));
}

TEST_F(StoredGeneratorTest, IsTheAverageOrTheLiveWeightsAsAsked) {
  const auto average = open_generator(run_), live = open_generator(run_, {{}, false});
  EXPECT_TRUE(average->info().ema);
  EXPECT_FALSE(live->info().ema);
  EXPECT_TRUE(same_bits((*live)(z_), network_images(106)));
}

TEST_F(StoredGeneratorTest, IsTheBestStateOfARunUnlessAnotherIsAskedFor) {
  const RunDirectory run(run_);
  fs::copy_file(run.checkpoint(32), run.best(32));
  EXPECT_EQ(checkpoint_of(run_), run.best(32));
  EXPECT_EQ(checkpoint_of(run_, "newest"), newest_);
  EXPECT_EQ(checkpoint_of(run_, "32"), run.checkpoint(32));
}

TEST_F(StoredGeneratorTest, RefusesAStateThatIsNotThereNamingThoseThatAre) {
  const auto refusal = thrown_by([&] { checkpoint_of(run_, "33"); });
  EXPECT_CONTAINS(refusal.hint, "best, newest, 64, 32");
  for (const char* no_state : {"last", "-1", "1e99", "nan"}) {
    const auto thrown = thrown_by([&] { checkpoint_of(run_, no_state); });
    EXPECT_EQ(thrown.exit_code, 2) << no_state;
    EXPECT_CONTAINS(thrown.what, "--at is '" + std::string(no_state) + "': neither best nor newest");
    EXPECT_CONTAINS(thrown.hint, "best, newest, 64, 32");
  }
  EXPECT_CONTAINS(thrown_by([&] { checkpoint_of(run_ / "checkpoints" / "000000032.ckpt", "32"); }).what, "is a file");
}

TEST_F(StoredGeneratorTest, MakesNoGradients) { EXPECT_FALSE((*open_generator(run_))(z_).requires_grad()); }

TEST_F(StoredGeneratorTest, OfAnExportHoldsTheAverageOnly) {
  const auto loaded = load_network(run_);
  export_torchscript(loaded.net, loaded.info, run_ / "generator.pt");
  EXPECT_LE(largest_difference((*open_generator(run_ / "generator.pt"))(z_), network_images(6)), 1e-6);
  EXPECT_NE(misuse_of(run_ / "generator.pt", false).find("moving average only"), std::string::npos);
}

TEST_F(StoredGeneratorTest, ThatIsNotThereIsMisuse) {
  EXPECT_NE(misuse_of(folder_ / "absent").find("there is no"), std::string::npos);
  fs::create_directories(folder_ / "empty");
  EXPECT_NE(misuse_of(folder_ / "empty").find("not a run directory"), std::string::npos);
  write_text(folder_ / "young" / "config.json", "{}");
  EXPECT_NE(misuse_of(folder_ / "young").find("no checkpoint yet"), std::string::npos);
  write_text(folder_ / "notes.txt", "hello");
  EXPECT_THROW(open_generator(folder_ / "notes.txt"), Error);
}

TEST_F(StoredGeneratorTest, OfANumberOfChannelsThatNoPictureHasIsRefusedNamingTheFile) {
  for (const int64_t channels : {1, 3, 4}) {
    plan_ = small_plan({16, 16}, channels);
    store(newest_, 64, 6);
    EXPECT_EQ(open_generator(newest_)->info().channels, channels);
  }
  for (const int64_t channels : {2, 5}) {  // whole and true to itself but for that
    plan_ = small_plan({16, 16}, channels);
    store(newest_, 64, 6);
    const std::string what = thrown_by([&] { open_generator(newest_); }).what;
    EXPECT_CONTAINS(what, "000000064.ckpt' holds an impossible shape");
  }
}

TEST_F(StoredGeneratorTest, OfAnotherTrainingVersionIsRefused) {
  write_archive(newest_, {{"training_version", kTrainingVersion + 1}}, {{"w", at::ones({1})}});
  EXPECT_THROW(open_generator(run_), Error);
}

}  // namespace
}  // namespace dcgan::test
