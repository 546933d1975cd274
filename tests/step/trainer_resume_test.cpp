// A trainer's state: saved, read back, refused.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "checkpoint/archive.hpp"
#include "support/temporary.hpp"
#include "support/trainers.hpp"

namespace dcgan::test {
namespace {

/// Saves a trainer to a file and returns one that was loaded from it.
Trainer resumed(Trainer& trainer, const fs::path& path, const TrainOptions& options = small_training()) {
  write_archive(path, trainer.position(), trainer.state(*trainer.evaluation_generator()));
  const ArchiveReader archive(path);
  Trainer again(small_plan_for(options), options, at::kCPU);
  again.load(archive.read_all(""), "the test's archive");
  again.set_position(archive.meta(), "the test's archive");
  return again;
}

void expect_same_state(Trainer& a, Trainer& b) {
  const auto x = a.state(*a.evaluation_generator()), y = b.state(*b.evaluation_generator());
  ASSERT_EQ(x.size(), y.size());
  for (size_t i = 0; i < x.size(); ++i) {
    EXPECT_EQ(x[i].first, y[i].first);
    EXPECT_TRUE(same_bits(x[i].second, y[i].second)) << x[i].first;
    EXPECT_EQ(x[i].second.strides(), y[i].second.strides()) << x[i].first;
  }
  EXPECT_EQ(a.position(), b.position());
}

TEST(TrainerResume, ContinuesBitForBitInTheMiddleOfARecordWhateverTheTraining) {
  const TemporaryFolder folder;
  for (const auto& [name, options] : kinds_of_training()) {
    SCOPED_TRACE(name);
    Trainer trainer(small_plan_for(options), options, at::kCPU);
    for (int64_t i = 0; i < 4; ++i) trainer.step(noise_batch(small_plan(), 8 * i, 8));
    auto again = resumed(trainer, folder / "state.ckpt", options);
    expect_same_state(trainer, again);
    for (int64_t i = 4; i < 8; ++i)
      for (Trainer* one : {&trainer, &again}) one->step(noise_batch(small_plan(), 8 * i, 8));
    expect_same_state(trainer, again);
    Record a, b;
    trainer.take_record(a), again.take_record(b);
    EXPECT_EQ(to_json(a), to_json(b));
    EXPECT_EQ(a.steps, 8);
  }
}

TEST(TrainerResume, TakesACheckpointThatKnowsFewerFigures) {
  auto trainer = small_trainer(), again = small_trainer();
  trainer.step(noise_batch(small_plan(), 0, 8));
  auto state = trainer.state(*trainer.evaluation_generator());
  for (auto& [name, tensor] : state)
    if (name == "record.sums") tensor = tensor.narrow(0, 0, 8).clone();
  Json position = trainer.position();
  position.erase("g_steps_in_record");
  again.load(state, "the state"), again.set_position(position, "the state");
  Record a, b;
  trainer.take_record(a), again.take_record(b);
  EXPECT_EQ(a.loss_g, b.loss_g);
  EXPECT_EQ(b.penalty, 0);
}

TEST(TrainerResume, KeepsChannelsLastWeights) {
  const TemporaryFolder folder;
  auto trainer = small_trainer();
  auto again = resumed(trainer, folder / "state.ckpt");
  for (const auto& convolution : again.generator()->convolutions())
    EXPECT_TRUE(convolution->weight.is_contiguous(at::MemoryFormat::ChannelsLast));
}

TEST(TrainerResume, SavingDoesNotChangeWhatFollows) {
  const TemporaryFolder folder;
  auto saved = small_trainer(), left_alone = small_trainer();
  for (int64_t i = 0; i < 4; ++i) {
    for (Trainer* one : {&saved, &left_alone}) one->step(noise_batch(small_plan(), 8 * i, 8));
    write_archive(folder / "state.ckpt", saved.position(), saved.state(*saved.evaluation_generator()));
  }
  expect_same_state(saved, left_alone);
}

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "no error";
}

TEST(TrainerResume, RefusesNetworksOfAnotherShapeNamingTheTensor) {
  const TemporaryFolder folder;
  auto trainer = small_trainer();
  write_archive(folder / "state.ckpt", trainer.position(), trainer.state(*trainer.evaluation_generator()));
  auto wider = small_plan();
  wider.options.base_channels.discriminator = 5;
  Trainer other(wider, small_training(), at::kCPU);
  const std::string said = refusal([&] { other.load(ArchiveReader(folder / "state.ckpt").read_all(""), "the state"); });
  EXPECT_NE(said.find("'discriminator.conv0.weight' is [4, 3, 4, 4], this network needs [5, 3, 4, 4]"),
            std::string::npos)
      << said;
}

TEST(TrainerResume, RefusesAStateWithoutItsAverageNamingTheTensor) {
  const TemporaryFolder folder;
  auto trainer = small_trainer();
  auto state = trainer.state(*trainer.evaluation_generator());
  std::erase_if(state, [](const auto& one) { return one.first == "ema.conv1.weight"; });
  write_archive(folder / "state.ckpt", trainer.position(), state);
  const std::string said =
      refusal([&] { small_trainer().load(ArchiveReader(folder / "state.ckpt").read_all(""), "the state"); });
  EXPECT_NE(said.find("has no 'conv1.weight'"), std::string::npos) << said;
}

}  // namespace
}  // namespace dcgan::test
