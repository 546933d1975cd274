// The models that ship are those of their cards, and draw; those of both networks begin a training.
#include <filesystem>

#include "core/io/digest.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

namespace fs = std::filesystem;

/// The sum of the weights that `inspect` prints, wherever a kind of file has it.
std::string sum_of_weights(const Json& found) {
  return (found.contains("sha256") ? found : found["metadata"])["sha256"].get<std::string>();
}

TEST(Models, ThatShipHaveTheChecksumsOfTheirCardsAndDraw) {
  const Program dcgan;
  int count = 0;
  int64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(DCGAN_TEST_SOURCES).parent_path() / "models")) {
    const std::string kind = entry.path().extension();
    if (kind != ".pt" && kind != ".safetensors") continue;
    ++count, bytes += static_cast<int64_t>(entry.file_size());
    const std::string card = read_text(fs::path(entry.path()).replace_extension(".md"));
    EXPECT_CONTAINS(card, "`" + sha256_hex(read_text(entry.path())) + "`");
    ASSERT_EXIT_CODE(dcgan({"sample", entry.path().native(), "--out", dcgan.at("sheet.png"), "--count", "4"}), 0);
    const Finished found = dcgan({"inspect", entry.path().native(), "--json"});
    ASSERT_EXIT_CODE(found, 0);
    EXPECT_CONTAINS(card, "`" + sum_of_weights(Json::parse(found.out)) + "`");
    if (kind != ".safetensors") continue;
    const Finished best =
        dcgan({"sample", entry.path().native(), "--out", dcgan.at("best.png"), "--count", "4", "--best-of", "2"});
    EXPECT_EXIT_CODE(best, 0) << "it has no discriminator";
  }
  EXPECT_GE(count, 3);
  EXPECT_LE(bytes, 25'000'000);
}

}  // namespace
}  // namespace dcgan::test
