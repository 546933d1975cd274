// What lets a GPU record a step once and replay it, as far as a CPU can show it; and, where there is a GPU, that the
// recorded step equals the plain one.
#include <ATen/ATen.h>
#include <ATen/record_function.h>
#include <gtest/gtest.h>

#include <set>

#include "support/trainers.hpp"

namespace dcgan::test {
namespace {

/// In float64 the CPU has no kernels of its own, so that a step asks for the same operations as on a GPU.
TrainOptions in_float64(TrainOptions options = small_training()) {
  options.precision = "fp64";
  return options;
}

void take_steps(Trainer& trainer, int64_t first, int64_t last) {
  for (int64_t i = first; i < last; ++i) trainer.step(noise_batch(small_plan(), 8 * i, 8));
}

TEST(StepToRecord, LeavesEveryTensorWhereItIsWhateverTheTraining) {
  for (const auto& [kind, options] : kinds_of_training()) {
    SCOPED_TRACE(kind);
    Trainer trainer(small_plan_for(options), in_float64(options), at::kCPU);
    const auto copy = trainer.evaluation_generator();
    const auto places = [&] {
      std::vector<const void*> out;
      for (const auto& [name, tensor] : trainer.state(*copy)) out.push_back(tensor.const_data_ptr());
      return out;
    };
    const auto before = places();
    take_steps(trainer, 0, 3);
    Record record;
    trainer.take_record(record);
    take_steps(trainer, 3, 4);
    EXPECT_EQ(places(), before);
  }
}

/// Operations that make the CPU wait for a number, while this lives and outside of fused Adam, which on a CPU reads its
/// step size so.
class Waits {
 public:
  Waits() {
    seen().clear(), depth() = 0;
    handle_ =
        at::addThreadLocalCallback(at::RecordFunctionCallback(
                                       [](const at::RecordFunction& function) -> std::unique_ptr<at::ObserverContext> {
                                         const std::string name = function.name();
                                         if (name.find("_fused_adam") != std::string::npos) ++depth();
                                         if (depth() == 0 && waiting().contains(name)) seen().insert(name);
                                         ++count();
                                         return nullptr;
                                       },
                                       [](const at::RecordFunction& function, at::ObserverContext*) {
                                         if (std::string(function.name()).find("_fused_adam") != std::string::npos)
                                           --depth();
                                       })
                                       .scopes({at::RecordScope::FUNCTION}));
  }
  ~Waits() { at::removeCallback(handle_); }

  static std::set<std::string>& seen() {
    static std::set<std::string> names;
    return names;
  }
  static int64_t& count() {
    static int64_t operations = 0;
    return operations;
  }

 private:
  static int& depth() {
    static int inside = 0;
    return inside;
  }
  static const std::set<std::string>& waiting() {
    static const std::set<std::string> names = {"aten::item", "aten::_local_scalar_dense", "aten::is_nonzero",
                                                "aten::nonzero", "aten::equal"};
    return names;
  }
  at::CallbackHandle handle_;
};

TEST(StepToRecord, AsksForNoNumberBackWhateverTheTraining) {
  const Waits waits;
  for (const auto& [kind, options] : kinds_of_training()) {
    Trainer trainer(small_plan_for(options), in_float64(options), at::kCPU);
    Waits::seen().clear();
    Waits::count() = 0;
    take_steps(trainer, 0, 3);
    EXPECT_GT(Waits::count(), 100);
    EXPECT_EQ(Waits::seen(), std::set<std::string>{}) << kind;
  }
  auto trainer = small_trainer();
  Record record;
  trainer.take_record(record);
  EXPECT_TRUE(at::zeros({1}).item<float>() == 0 && Waits::seen().contains("aten::item"));  // it would have been seen
}

/// Two trainers on the GPU: one records its step, one launches every kernel.
class RecordedStep : public testing::Test {
 protected:
  void SetUp() override {
    if (gpu_names().empty()) GTEST_SKIP() << "no GPU here, or a LibTorch without CUDA";
  }
  static Trainer trainer(const TrainOptions& options, bool recorded, bool deterministic = true) {
    GpuOptions gpu;
    gpu.deterministic = deterministic, gpu.no_graph = !recorded;
    return Trainer(small_plan(), options, at::Device("cuda:0"), gpu);
  }
  static NamedTensors state_of(Trainer& trainer) { return trainer.state(*trainer.evaluation_generator()); }
};

TEST_F(RecordedStep, EqualsThePlainOneInFloat64To1e9OverFiftySteps) {
  auto recorded = trainer(in_float64(), true, false), plain = trainer(in_float64(), false, false);
  take_steps(recorded, 0, 50), take_steps(plain, 0, 50);
  EXPECT_TRUE(recorded.is_recorded());
  EXPECT_FALSE(plain.is_recorded());
  const auto a = state_of(recorded), b = state_of(plain);
  for (size_t i = 0; i < a.size(); ++i) EXPECT_LE(largest_difference(a[i].second, b[i].second), 1e-9) << a[i].first;
}

TEST_F(RecordedStep, EqualsThePlainOneInFloat64WhateverTheTraining) {
  for (const auto& [kind, options] : kinds_of_training()) {
    GpuOptions recorded, plain;
    plain.no_graph = true;
    Trainer a(small_plan_for(options), in_float64(options), at::Device("cuda:0"), recorded);
    Trainer b(small_plan_for(options), in_float64(options), at::Device("cuda:0"), plain);
    take_steps(a, 0, 30), take_steps(b, 0, 30);
    EXPECT_TRUE(a.is_recorded()) << kind;
    const auto x = state_of(a), y = state_of(b);
    for (size_t i = 0; i < x.size(); ++i)
      EXPECT_LE(largest_difference(x[i].second, y[i].second), 1e-9) << kind << ": " << x[i].first;
  }
}

TEST_F(RecordedStep, EqualsThePlainOneBitForBitWhenDeterministic) {
  for (const char* precision : {"fp32", "tf32", "bf16"}) {
    auto options = small_training();
    options.precision = precision;
    auto recorded = trainer(options, true), plain = trainer(options, false);
    take_steps(recorded, 0, kPlainSteps + 1), take_steps(plain, 0, kPlainSteps + 1);
    EXPECT_TRUE(recorded.is_recorded());
    const auto a = state_of(recorded), b = state_of(plain);
    for (size_t i = 0; i < a.size(); ++i)
      EXPECT_TRUE(same_bits(a[i].second.cpu(), b[i].second.cpu())) << precision << ' ' << a[i].first;
  }
}

TEST_F(RecordedStep, HasTheCpusGradientsOfTheFirstStepInFp32To1e5) {
  auto on_gpu = trainer(small_training(), true);
  auto on_cpu = small_trainer();
  take_steps(on_gpu, 0, 1), take_steps(on_cpu, 0, 1);
  const auto a = state_of(on_gpu), b = state_of(on_cpu);
  for (size_t i = 0; i < a.size(); ++i)
    if (a[i].first.find("exp_avg.") != std::string::npos) {  // a tenth or a half of the gradient, by beta1
      const auto gpu = a[i].second.cpu().to(at::kDouble), cpu = b[i].second.to(at::kDouble);
      EXPECT_LE((gpu - cpu).norm().item<double>(), 1e-5 * cpu.norm().item<double>()) << a[i].first;
    }
}

TEST_F(RecordedStep, ReadsEachBatchAndTheAveragesWeightAnew) {
  auto recorded = trainer(in_float64(), true), plain = trainer(in_float64(), false);
  for (int64_t i = 0; i < 12; ++i) {
    take_steps(recorded, i, i + 1), take_steps(plain, i, i + 1);
    Record a, b;
    recorded.take_record(a), plain.take_record(b);
    EXPECT_NEAR(a.loss_d_real, b.loss_d_real, 1e-9) << i;
    EXPECT_NEAR(a.loss_g, b.loss_g, 1e-9) << i;
  }
}

TEST_F(RecordedStep, GoesOnBitForBitFromASavedStateWhenDeterministic) {
  auto left_alone = trainer(small_training(), true), resumed = trainer(small_training(), true);
  take_steps(left_alone, 0, 7);
  NamedTensors saved;
  for (const auto& [name, tensor] : state_of(left_alone)) saved.emplace_back(name, tensor.clone());
  take_steps(resumed, 20, 26);  // it has recorded a step of its own by then
  resumed.load(saved, "the state");
  resumed.set_position(left_alone.position(), "the state");
  take_steps(left_alone, 7, 15), take_steps(resumed, 7, 15);
  const auto a = state_of(left_alone), b = state_of(resumed);
  for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(same_bits(a[i].second.cpu(), b[i].second.cpu())) << a[i].first;
}

TEST_F(RecordedStep, TakesABatchOfAnotherSize) {
  auto recorded = trainer(in_float64(), true), plain = trainer(in_float64(), false);
  for (Trainer* one : {&recorded, &plain}) {
    take_steps(*one, 0, 5);
    for (int64_t i = 0; i < 5; ++i) one->step(noise_batch(small_plan(), 40 + 4 * i, 4));
    EXPECT_EQ(one->images(), 60);
  }
  const auto a = state_of(recorded), b = state_of(plain);
  for (size_t i = 0; i < a.size(); ++i) EXPECT_LE(largest_difference(a[i].second, b[i].second), 1e-9) << a[i].first;
}

}  // namespace
}  // namespace dcgan::test
