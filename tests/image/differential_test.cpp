// Made-up pictures of every kind that the formats allow (variants.py), ours against what independent readers see.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "core/platform/file.hpp"
#include "image/decode.hpp"
#include "image/transform.hpp"
#include "support/process.hpp"
#include "support/temporary.hpp"

namespace dcgan::test::differential {
namespace {

/// P6, as variants.py writes it: read here by other code than ours.
Image truth_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string mark;
  int width = 0, height = 0, most = 0;
  file >> mark >> width >> height >> most;
  file.get();
  Image image(width, height, 3);
  file.read(reinterpret_cast<char*>(image.pixels.data()), static_cast<std::streamsize>(image.pixels.size()));
  EXPECT_TRUE(file) << path;
  return image;
}

/// The largest difference, or 1000 for another size.
int distance(const Image& a, const Image& b) {
  if (a.width != b.width || a.height != b.height) return 1000;
  int most = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) most = std::max(most, std::abs(a.pixels[i] - b.pixels[i]));
  return most;
}

TEST(Pictures, OfEveryKindAreReadAsIndependentReadersSeeThemOrRefusedByName) {
  if (std::string(DCGAN_TEST_READERS_PYTHON).empty())
    GTEST_SKIP() << "no Python with Pillow, tifffile and imagecodecs; scripts/setup --tests installs them";
  constexpr int kLevels = 2, kLeast = 300;
  const TemporaryFolder folder;
  const auto made = output_of("'" DCGAN_TEST_READERS_PYTHON "' '" DCGAN_TEST_SOURCE "/variants.py' '" +
                              folder.path().native() + "'");
  ASSERT_EQ(made.second, 0) << made.first;
  std::istringstream list(read_file(folder.path() / "list"));
  std::map<std::string, int> counts;
  testing::internal::CaptureStderr();
  for (std::string name, kind; list >> name >> kind;) {
    const std::string bytes = read_file(folder.path() / name);
    try {
      const Image seen = with_channels(decoded(bytes), 3);
      ++counts["read"];
      EXPECT_EQ(kind, "read") << name << " is of a kind whose black and white nobody knows";
      if (kind == "unread") continue;
      EXPECT_LE(distance(seen, truth_of(folder.path() / (name + ".ppm"))), kLevels) << name;
    } catch (const NotRead& error) {
      ++counts["refused by name"];
      EXPECT_NE(std::string(error.what()).find("not read; convert it: "), std::string::npos) << name;
      EXPECT_EQ(kind, "unread") << name << ": " << error.what();
    } catch (const Error& error) {
      ADD_FAILURE() << name << " is sound, and called: " << error.what();
    }
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  std::printf("%s%d read, %d refused by name\n", made.first.c_str(), counts["read"], counts["refused by name"]);
  EXPECT_GE(counts["read"], kLeast);
}

}  // namespace
}  // namespace dcgan::test::differential
