// Several processes that train one model: what they compute is what one process computes.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "support/ranks.hpp"
#include "support/thrown.hpp"
#include "support/trainers.hpp"

namespace dcgan::test {
namespace {

/// The share of `rank` in step number `step` of `whole` images.
Batch share_of(const NetworkPlan& plan, int64_t step, int64_t whole, const Group& group) {
  const int64_t count = whole / group.size();
  Batch batch = noise_batch(plan, step * whole + group.rank() * count, count);
  for (int64_t i = 0; i < count; ++i)
    if (plan.classes > 0)
      batch.labels[static_cast<size_t>(i)] = static_cast<int32_t>((batch.first_image + i) % plan.classes);
  return batch;
}

/// All numbers of a state in one row, as float64: of the tensors whose names begin with `wanted`.
at::Tensor numbers_of(Trainer& trainer, const std::string& wanted = "") {
  std::vector<at::Tensor> all;
  for (const auto& [name, tensor] : trainer.state(*trainer.evaluation_generator()))
    if (name.starts_with(wanted) && name != "record.sums") all.push_back(tensor.detach().to(at::kDouble).flatten());
  return at::cat(all);
}

std::string bytes_of_tensor(const at::Tensor& numbers) {
  const auto dense = numbers.contiguous();
  return {static_cast<const char*>(dense.const_data_ptr()), dense.nbytes()};
}

at::Tensor from_bytes(const std::string& bytes) {
  return at::from_blob(const_cast<char*>(bytes.data()), {static_cast<int64_t>(bytes.size() / sizeof(double))},
                       at::kDouble)
      .clone();
}

struct Course {
  NetworkPlan plan;
  TrainOptions options;
  int64_t steps = 50, whole = 12;
};

at::Tensor taken(const Course& course, std::shared_ptr<Group> group, const std::string& wanted = "") {
  const Group& ranks = *group;
  Trainer trainer(course.plan, course.options, at::kCPU, {}, group);
  for (int64_t step = 0; step < course.steps; ++step) trainer.step(share_of(course.plan, step, course.whole, ranks));
  return numbers_of(trainer, wanted);
}

/// What each rank of `size` has in the end.
std::vector<at::Tensor> taken_by(int size, const Course& course, const std::string& wanted = "") {
  const Ends ends = as_ranks(size, [&](Group& group) {
    return bytes_of_tensor(taken(course, std::shared_ptr<Group>(&group, [](Group*) {}), wanted));
  });
  std::vector<at::Tensor> all;
  for (const auto& end : ends) {
    EXPECT_FALSE(end.starts_with("error")) << end;
    all.push_back(from_bytes(end));
  }
  return all;
}

Course course_of(const TrainOptions& options, const std::string& precision) {
  Course course{small_plan_for(options), options};
  course.options.precision = precision;
  course.options.sync_batchnorm = true;
  return course;
}

TEST(Ranks, WithNormsOverAllFollowOneProcessInFloat64To1e9OverFiftySteps) {
  for (const auto& [name, options] : kinds_of_training()) {
    if (options.schedule.accumulate > 1) continue;  // norms see a part, and a rank's parts are others
    const Course course = course_of(options, "fp64");
    const auto one = taken(course, alone());
    for (const int size : name == "plain" ? std::vector<int>{2, 3} : std::vector<int>{2})
      for (const auto& several : taken_by(size, course)) {
        ASSERT_EQ(several.numel(), one.numel());
        EXPECT_LE(largest_difference(several, one), 1e-9) << name << ", " << size << " ranks";
      }
  }
}

TEST(Ranks, OfConditionalAndResidualNetworksFollowOneProcessToo) {
  for (const std::string& arch : architecture_names()) {
    Course course = course_of(small_training(), "fp64");
    course.plan.options.arch = arch, course.plan.classes = 3, course.plan.class_names = {"a", "b", "c"};
    course.steps = 10;
    const auto one = taken(course, alone());
    for (const auto& several : taken_by(2, course)) EXPECT_LE(largest_difference(several, one), 1e-9) << arch;
  }
}

TEST(Ranks, HaveTheGradientsOfTheFirstStepInFp32To1e5) {
  Course course = course_of(small_training(), "fp32");
  course.steps = 1;
  for (const char* moments : {"adam_g.", "adam_d."}) {
    const auto one = taken(course, alone(), moments);
    for (const int size : {2, 3})
      for (const auto& several : taken_by(size, course, moments))
        EXPECT_LE(largest_difference(several, one), 1e-5 * one.abs().max().item<double>()) << moments << size;
  }
}

TEST(Ranks, HoldTheSameWeightsBitForBitAndTheSameAgain) {
  Course course = course_of(small_training(), "fp32");
  course.options.sync_batchnorm = false, course.steps = 20;
  for (const char* part : {"generator.conv", "discriminator.conv", "adam_g.", "adam_d."}) {
    const auto first = taken_by(2, course, part), second = taken_by(2, course, part);
    EXPECT_TRUE(same_bits(first[0], first[1])) << part;
    EXPECT_TRUE(same_bits(first[0], second[0])) << part;
  }
}

TEST(Ranks, AllHearWhatOneRequests) {
  const Ends ends = as_ranks(3, [](Group& group) {
    const Course course = course_of(small_training(), "fp32");
    Trainer trainer(course.plan, course.options, at::kCPU, {}, std::shared_ptr<Group>(&group, [](Group*) {}));
    std::string heard;
    for (int64_t step = 0; step < 3; ++step) {
      StopRequests own;
      own.terminate = step == 1 && group.rank() == 2, own.time_is_up = step == 2 && group.is_first();
      const StopRequests all = trainer.step(share_of(course.plan, step, course.whole, group), own);
      heard += std::to_string(all.interrupt) + std::to_string(all.terminate) + std::to_string(all.time_is_up) + " ";
    }
    return heard + std::to_string(trainer.images());
  });
  for (const auto& end : ends) EXPECT_EQ(end, "000 010 001 36");
}

}  // namespace
}  // namespace dcgan::test
