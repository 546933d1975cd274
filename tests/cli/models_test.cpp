// The models that ship are those of their cards, and draw.
#include <filesystem>

#include "core/io/digest.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

namespace fs = std::filesystem;

TEST(Models, ThatShipHaveTheChecksumsOfTheirCardsAndDraw) {
  const Program dcgan;
  int count = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(DCGAN_TEST_SOURCES).parent_path() / "models")) {
    if (entry.path().extension() != ".pt") continue;
    ++count;
    const std::string card = read_text(fs::path(entry.path()).replace_extension(".md"));
    EXPECT_NE(card.find("`" + sha256_hex(read_text(entry.path())) + "`"), std::string::npos) << entry.path();
    ASSERT_EXIT_CODE(dcgan({"sample", entry.path().native(), "--out", dcgan.at("sheet.png"), "--count", "4"}), 0);
    const Finished found = dcgan({"inspect", entry.path().native(), "--json"});
    ASSERT_EXIT_CODE(found, 0);
    EXPECT_NE(card.find("`" + Json::parse(found.out)["sha256"].get<std::string>() + "`"), std::string::npos);
  }
  EXPECT_GE(count, 2);
}

}  // namespace
}  // namespace dcgan::test
