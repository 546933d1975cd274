#include "telemetry/record.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace dcgan::test::records {
namespace {

/// Of a run that measures these figures and has not done so yet.
Record empty() {
  Record record;
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  record.evaluated = {{"kid", kUnknown}, {"diversity", kUnknown}, {"memorised", kUnknown}};
  return record;
}

Record sample() {
  Record record = empty();
  record.images = 64'000, record.steps = 1000, record.seconds = 12.5, record.images_per_second = 5120;
  record.loss_d_real = 0.25, record.loss_d_fake = 0.5, record.loss_g = 1.75;
  record.d_real = 0.75, record.d_fake_before = 0.375, record.d_fake_after = 0.3125;
  record.grad_norm_d = 3, record.grad_norm_g = 4, record.data_wait_share = 0.0625;
  return record;
}

TEST(Record, HasExactlyTheNamesOfItsHeaderInOrder) {
  std::vector<std::string> names;
  const Json json = to_json(empty());
  for (const auto& [name, value] : json.items()) names.push_back(name);
  EXPECT_EQ(names,
            (std::vector<std::string>{
                "images",       "steps",        "g_steps",     "seconds",        "images_per_second", "loss_d_real",
                "loss_d_fake",  "loss_g",       "penalty",     "d_real",         "d_fake_before",     "d_fake_after",
                "d_real_right", "d_fake_right", "grad_norm_d", "grad_norm_g",    "augment_p",         "kid",
                "diversity",    "memorised",    "verdict",     "pictures",       "data_wait_share"}));
}

TEST(Record, PutsEveryValueUnderItsName) {
  EXPECT_EQ(
      compact(to_json(sample())),
      R"({"images":64000,"steps":1000,"g_steps":0,"seconds":12.5,"images_per_second":5120.0,"loss_d_real":0.25,"loss_d_fake":0.5,"loss_g":1.75,"penalty":0.0,)"
      R"("d_real":0.75,"d_fake_before":0.375,"d_fake_after":0.3125,"d_real_right":0.0,"d_fake_right":0.0,"grad_norm_d":3.0,"grad_norm_g":4.0,"augment_p":0.0,"kid":null,"diversity":null,"memorised":null,"verdict":"balanced","pictures":"","data_wait_share":0.0625})");
}

TEST(Record, ReadsBackBitForBit) {
  Record record = sample();
  record.loss_g = 1.0 / 3, record.images = (int64_t{1} << 53) + 1;
  const Json again = parse_json(compact(to_json(record)), "a test");
  EXPECT_EQ(again["loss_g"].get<double>(), record.loss_g);
  EXPECT_EQ(again["images"].get<int64_t>(), record.images);
}

// A network that diverged must not break whoever reads the log.
TEST(Record, WritesANumberThatIsNoneAsNull) {
  Record record = sample();
  record.loss_g = std::numeric_limits<double>::quiet_NaN(),
  record.grad_norm_d = std::numeric_limits<double>::infinity();
  const Json again = parse_json(compact(to_json(record)), "a test");
  EXPECT_TRUE(again["loss_g"].is_null());
  EXPECT_TRUE(again["grad_norm_d"].is_null());
}

}  // namespace
}  // namespace dcgan::test::records
