#include "core/platform/io/lines.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/temporary.hpp"

namespace dcgan::test {
namespace {

using Lines = std::vector<std::pair<std::string, uint64_t>>;

Lines lines_of(const fs::path& path, LineLimits limits) {
  Lines all;
  read_lines(path, limits, [&](std::string_view line, uint64_t at) { all.emplace_back(line, at); });
  return all;
}

TEST(ReadLines, GivesWholeLinesAndTheirPlaces) {
  const TemporaryFolder folder;
  write_text(folder / "a", "one\n\nthree\nfour");
  EXPECT_EQ(lines_of(folder / "a", {100, 100}), (Lines{{"one", 0}, {"", 4}, {"three", 5}}));
  write_text(folder / "a", "");
  EXPECT_EQ(lines_of(folder / "a", {100, 100}), Lines());
}

TEST(ReadLines, CutsLongLinesAndReadsTheEndOfALongFile) {
  const TemporaryFolder folder;
  write_text(folder / "a", "1234567\n12\n123\n");
  EXPECT_EQ(lines_of(folder / "a", {100, 2}), (Lines{{"123", 0}, {"12", 8}, {"123", 11}}));
  EXPECT_EQ(lines_of(folder / "a", {8, 100}), (Lines{{"12", 8}, {"123", 11}})) << "a line whose beginning was not read";
  EXPECT_EQ(lines_of(folder / "a", {3, 100}), Lines());
}

TEST(ReadLines, GoOnFromOnePartOfAFileToTheNext) {
  const TemporaryFolder folder;
  std::string text;
  Lines wanted;
  for (size_t length : {size_t{1} << 20, (size_t{1} << 20) - 1, size_t{3} << 20, size_t{0}, size_t{5}}) {
    wanted.emplace_back(std::string(length, 'a'), text.size());
    text += wanted.back().first + "\n";
  }
  write_text(folder / "a", text);
  EXPECT_TRUE(lines_of(folder / "a", {100 << 20, 10 << 20}) == wanted);
  for (auto& [line, at] : wanted) line = line.substr(0, 1001);
  EXPECT_TRUE(lines_of(folder / "a", {100 << 20, 1000}) == wanted);
}

}  // namespace
}  // namespace dcgan::test
