// Every reader of bytes that strangers may have written is tried with any bytes: by scripts/fuzz.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

namespace {

namespace fs = std::filesystem;

const fs::path kRepository = fs::path(DCGAN_TEST_SOURCES).parent_path();

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The words of `text` between `from` and `to`.
std::set<std::string> words_between(const std::string& text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  if (at == std::string::npos) return {};
  std::istringstream words(text.substr(at + from.size(), text.find(to, at) - at - from.size()));
  return {std::istream_iterator<std::string>(words), {}};
}

TEST(FuzzTargets, AreBuiltAndRunAllOfThem) {
  std::set<std::string> there;
  for (const auto& entry : fs::directory_iterator(kRepository / "tests/fuzz"))
    if (entry.path().extension() == ".cpp") there.insert(entry.path().stem());
  ASSERT_GT(there.size(), 9u);
  EXPECT_EQ(words_between(text_of(kRepository / "tests/CMakeLists.txt"), "foreach(parser ", ")"), there);
  EXPECT_EQ(words_between(text_of(kRepository / "scripts/fuzz"), "for name in ", ";"), there);
}

TEST(FuzzTargets, ReachEveryReaderOfTheRoomOfFormats) {
  // Parts of a reader that a target reaches through it.
  const std::set<std::string> within = {"any_pickle",      "deflate",     "pack_header",  "pickle_stack",
                                        "program_archive", "stored_path", "torch_pickle", "zip_records"};
  std::string targets;
  for (const auto& entry : fs::directory_iterator(kRepository / "tests/fuzz")) targets += text_of(entry.path());
  for (const auto& entry : fs::directory_iterator(kRepository / "src/formats")) {
    if (entry.path().extension() != ".hpp") continue;
    const std::string name = entry.path().stem();
    if (within.count(name) > 0) continue;
    EXPECT_NE(targets.find("\"formats/" + name + ".hpp\""), std::string::npos) << name << " has no fuzz target";
  }
}

}  // namespace
