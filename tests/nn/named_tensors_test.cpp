#include "nn/named_tensors.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "support/networks.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

TEST(LoadInto, FillsLiveTensorsAndTheirStrides) {
  const auto live = at::zeros({4, 3, 2, 2});
  const auto alias = live;  // as an optimizer holds it
  const auto stored = noise({4, 3, 2, 2}).contiguous(at::MemoryFormat::ChannelsLast);
  load_into({{"w", live}}, {{"w", stored}}, "the file");
  EXPECT_TRUE(same_bits(alias, stored));
  EXPECT_EQ(alias.strides(), stored.strides());
}

TEST(LoadInto, NamesWhatDoesNotFit) {
  const NamedTensors live = {{"a", at::zeros({2})}, {"b", at::zeros({3, 1})}};
  const auto said = [&](const NamedTensors& stored) {
    return thrown_by([&] { load_into(live, stored, "the file"); }).what;
  };
  EXPECT_EQ(said({{"a", at::ones({2})}}), "the file has no 'b'");
  EXPECT_EQ(said({{"a", at::ones({2})}, {"b", at::ones({3, 1})}, {"c", at::ones({1})}}),
            "the file has a 'c' that this network lacks");
  EXPECT_EQ(said({{"a", at::ones({2})}, {"b", at::ones({3})}}), "the file: 'b' is [3], this network needs [3, 1]");
  load_into(live, {{"b", at::ones({3, 1})}, {"a", at::ones({2})}}, "the file");  // the order does not matter
}

TEST(LoadInto, RefusesAnotherTypeNamingTheTensor) {
  const NamedTensors live = {{"step", at::zeros({})}};
  EXPECT_CONTAINS(thrown_by([&] {
                    load_into(live, {{"step", at::ones({}, at::kDouble)}}, "the file");
                  }).what,
                  "'step'");
  EXPECT_EQ(live[0].second.scalar_type(), at::kFloat);
}

}  // namespace
}  // namespace dcgan::test
