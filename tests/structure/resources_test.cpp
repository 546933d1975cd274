// What a system may not give, or take away again, is asked for in one way each.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>

namespace {

namespace fs = std::filesystem;

/// All sources below src by their paths without ending: a class is written in two files.
std::map<std::string, std::string> sources() {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(DCGAN_TEST_SOURCES)) {
    const auto extension = entry.path().extension();
    if (extension != ".cpp" && extension != ".hpp") continue;
    std::ifstream file(entry.path());
    all[fs::relative(entry.path(), DCGAN_TEST_SOURCES).replace_extension().string()] +=
        std::string(std::istreambuf_iterator<char>(file), {});
  }
  return all;
}

TEST(Resources, ThreadsAreStartedInOnePlace) {
  const std::regex start(
      R"(std::jthread|std::async|pthread_create|std::thread\s*[({]|std::thread\s+\w+\s*[({]|httplib::ThreadPool)");
  for (const char* line : {"std::thread([] {})", "std::thread listener([&] {", "std::thread t{work};", "std::async(f)"})
    EXPECT_TRUE(std::regex_search(line, start)) << "the test would not see: " << line;
  for (const auto& [path, text] : sources())
    if (path != "core/platform/thread") {
      EXPECT_FALSE(std::regex_search(text, start)) << path << " starts a thread without start_thread";
    }
}

TEST(Resources, WhoeverReadsAMapAsksWhetherItWasThere) {
  int readers = 0;
  for (const auto& [path, text] : sources()) {
    if (path == "core/platform/io/mapped_file" || text.find("MappedFile") == std::string::npos) continue;
    ++readers;
    EXPECT_TRUE(text.find(".check()") != std::string::npos || text.find(".check_unchanged()") != std::string::npos)
        << path << " reads a MappedFile and never asks it";
  }
  EXPECT_GE(readers, 6);
}

}  // namespace
