// Links between pages lead to files, and to headings of them, that are there; README's first screen stays short.
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <sstream>

#include "core/text.hpp"
#include "support/temporary.hpp"

namespace dcgan::test::links {
namespace {

namespace fs = std::filesystem;

const fs::path kRepository = DCGAN_TEST_REPOSITORY;

std::vector<fs::path> pages() {
  std::vector<fs::path> all;
  for (const char* folder : {"", "docs", "docs/reference", "data", "bench", "experiments", "models", "src"})
    for (const auto& entry : fs::directory_iterator(kRepository / folder))
      if (entry.path().extension() == ".md" && entry.path().filename() != "CHANGELOG.md") all.push_back(entry.path());
  return all;
}

/// What GitHub calls the headings of a page: in small letters, dashes for spaces, nothing else but letters and digits.
std::set<std::string> headings(const fs::path& page) {
  std::set<std::string> all;
  std::istringstream lines(read_text(page));
  bool in_block = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) in_block = !in_block;
    if (in_block || !line.starts_with("#")) continue;
    std::string name = lowercase(line.substr(line.find_first_not_of("# ")));
    name = std::regex_replace(name, std::regex(R"([^a-z0-9 _-])"), "");
    all.insert(std::regex_replace(name, std::regex(" "), "-"));
  }
  return all;
}

TEST(Links, LeadToFilesAndHeadingsThatAreThere) {
  const std::regex link(R"(\]\(([^)#\s]*)(#[^)\s]*)?\))");
  int followed = 0;
  for (const auto& page : pages()) {
    const std::string text = read_text(page);
    for (std::sregex_iterator found(text.begin(), text.end(), link), end; found != end; ++found) {
      const std::string file = (*found)[1], heading = (*found)[2];
      if (file.starts_with("http")) continue;
      ++followed;
      const fs::path target = file.empty() ? page : page.parent_path() / file;
      ASSERT_TRUE(fs::exists(target)) << page << " links to " << file;
      if (!heading.empty()) {
        EXPECT_TRUE(headings(target).contains(heading.substr(1))) << page << " links to " << file << heading;
      }
    }
  }
  EXPECT_GT(followed, 150);
}

TEST(Readme, TellsOnItsFirstScreenWhatItIsAndTwoCommands) {
  std::istringstream lines(read_text(kRepository / "README.md"));
  std::string first;
  int commands = 0, number = 0;
  bool in_block = false;
  for (std::string line; std::getline(lines, line); ++number) {
    EXPECT_LT(line.size(), 110u) << "line " << number + 1;
    if (number >= 32) continue;
    first += line + "\n";
    if (line.starts_with("```")) in_block = !in_block;
    commands += in_block && !line.starts_with("```");
  }
  EXPECT_EQ(commands, 2) << first;
  EXPECT_NE(first.find("!["), std::string::npos) << "no picture";
  const std::regex thing("\n- \\*\\*");
  EXPECT_EQ(std::distance(std::sregex_iterator(first.begin(), first.end(), thing), std::sregex_iterator()), 5);
}

}  // namespace
}  // namespace dcgan::test::links
