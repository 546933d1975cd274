// Made-up pictures of every kind that the formats allow (variants.py), ours against what independent readers see.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <sstream>
#include <vector>

#include "core/platform/io/file.hpp"
#include "image/decode.hpp"
#include "image/transform.hpp"
#include "support/differences.hpp"
#include "support/pictures.hpp"
#include "support/process.hpp"
#include "support/temporary.hpp"

namespace dcgan::test::differential {
namespace {

/// Made once; empty where there is no Python for it, or where it fails.
class Variants : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (std::string(DCGAN_TEST_READERS_PYTHON).empty()) return;
    folder_ = new TemporaryFolder;
    const auto [said, status] = output_of("'" DCGAN_TEST_READERS_PYTHON "' '" DCGAN_TEST_SOURCE "/variants.py' '" +
                                          folder_->path().native() + "'");
    EXPECT_EQ(status, 0) << said;
    said_ = said;
    std::istringstream list(read_file(folder_->path() / "list"));
    for (std::string name, kind; list >> name >> kind;) kinds_[name] = kind;
  }
  static void TearDownTestSuite() { delete folder_; }
  void SetUp() override {
    if (!folder_)
      GTEST_SKIP() << "no Python with what third_party/readers.txt names; scripts/setup --tests installs it";
  }

  static inline TemporaryFolder* folder_ = nullptr;
  static inline std::string said_;
  static inline std::map<std::string, std::string> kinds_;
};

TEST_F(Variants, OfEveryKindAreReadAsIndependentReadersSeeThemOrRefusedByName) {
  constexpr int kLevels = 2, kLeast = 300;
  std::map<std::string, int> counts;
  testing::internal::CaptureStderr();
  for (const auto& [name, kind] : kinds_) {
    const std::string bytes = read_file(*folder_ / name);
    try {
      const Image seen = with_channels(decoded(bytes), 3);
      ++counts["read"];
      EXPECT_EQ(kind, "read") << name << " is of a kind whose black and white nobody knows";
      if (kind == "unread") continue;
      EXPECT_LE(distance(seen, picture_of_ppm(*folder_ / (name + ".ppm"))), kLevels) << name;
    } catch (const NotRead& error) {
      ++counts["refused by name"];
      EXPECT_NE(std::string(error.what()).find("of a kind that is not read"), std::string::npos) << name;
      EXPECT_EQ(kind, "unread") << name << ": " << error.what();
    } catch (const Error& error) {
      ADD_FAILURE() << name << " is sound, and called: " << error.what();
    }
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  std::printf("%s%d read, %d refused by name\n", said_.c_str(), counts["read"], counts["refused by name"]);
  EXPECT_GE(counts["read"], kLeast);
}

TEST_F(Variants, ThatWereChangedOrCutAnywhereAreReadOrRefusedAndNothingElse) {
  constexpr int kTimes = 4;
  constexpr int64_t kMegapixels = 4;
  int read = 0, refused = 0;
  uint64_t number = 0;
  testing::internal::CaptureStderr();
  for (const auto& [name, kind] : kinds_)
    for (int time = 0; time < kTimes; ++time) {
      const Draw draw(++number, Purpose::kFlip, 1);
      std::string bytes = read_file(*folder_ / name);
      const auto place = [&](uint32_t i) { return draw.word(i) % bytes.size(); };
      if (time == 0) bytes.resize(1 + place(0));
      for (uint32_t i = 1; time > 0 && i <= 4; ++i)
        bytes[place(i) / (time == 1 ? 8 : 1)] = static_cast<char>(draw.word(i + 4));
      // A copy of exactly this length, so that the address sanitizer sees every byte read beyond it.
      const std::vector<char> exact(bytes.begin(), bytes.end());
      const std::string_view changed(exact.data(), exact.size());
      try {
        decode_image(changed, probe_image(changed), kMegapixels);
        ++read;
      } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()), "") << name;
        EXPECT_EQ(dynamic_cast<const Exhausted*>(&error), nullptr) << name << ": " << error.what();
        ++refused;
      }
    }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  std::printf("%d changed: %d read, %d refused\n", read + refused, read, refused);
  EXPECT_GT(read, 0);
  EXPECT_GT(refused, read / 4);
}

}  // namespace
}  // namespace dcgan::test::differential
