#include "nn/kernels/cpu_tensors.hpp"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "support/networks.hpp"

namespace dcgan::test {
namespace {

class InParts : public ::testing::Test {
 protected:
  InParts() { at::set_num_threads(2); }
  ~InParts() override { at::set_num_threads(1); }
};

TEST_F(InParts, VisitsEveryRowOnceWhateverTheNumber) {
  for (const int64_t rows : {1, 2, 3, 7, 100}) {
    std::vector<int> visits(static_cast<size_t>(rows));
    in_parts(rows, [&](int64_t, int64_t first, int64_t count) {
      for (int64_t i = first; i < first + count; ++i) ++visits[static_cast<size_t>(i)];
    });
    EXPECT_EQ(visits, std::vector<int>(static_cast<size_t>(rows), 1));
  }
}

TEST_F(InParts, GivesEachPartAThreadOfItsOwn) {
  std::vector<std::thread::id> threads(2);
  in_parts(10,
           [&](int64_t part, int64_t, int64_t) { threads[static_cast<size_t>(part)] = std::this_thread::get_id(); });
  EXPECT_EQ(threads[0], std::this_thread::get_id());
  EXPECT_NE(threads[1], threads[0]);
}

TEST_F(InParts, PassesOnWhatAPartThrows) {
  EXPECT_THROW(in_parts(10,
                        [](int64_t part, int64_t, int64_t) {
                          if (part == 1) throw std::runtime_error("no");
                        }),
               std::runtime_error);
}

}  // namespace
}  // namespace dcgan::test
