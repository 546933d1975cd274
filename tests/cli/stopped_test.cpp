// TERM ends every verb, wherever it is: none goes on for minutes, and none leaves a temporary file.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "support/program.hpp"

namespace dcgan::test {
namespace {

namespace fs = std::filesystem;

/// Seconds of processor time that a running process has taken; -1 when it has ended.
double processor_time(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(file, text);
  if (text.find(") Z") != std::string::npos || text.empty()) return -1;
  std::istringstream words(text.substr(text.rfind(')') + 2));
  std::string word;
  for (int i = 3; i < 14; ++i) words >> word;
  double user = 0, system = 0;
  words >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

class Stopped : public testing::Test {
 protected:
  Stopped() : model_((fs::path(DCGAN_TEST_SOURCES).parent_path() / "models" / "faces-32.pt").native()) {
    make_pictures(dcgan_.at("photos/a"), 40, 32), make_pictures(dcgan_.at("photos/b"), 40, 32);
    fs::create_directories(dcgan_.at("scratch"));
  }
  std::string at(const std::string& name) const { return dcgan_.at(name); }

  /// Tells it to stop when it is well inside its work, by the processor time that it has taken.
  Finished stopped_inside(const std::vector<std::string>& words, double seconds) const {
    Process process(dcgan_.command(words), [this] { ::setenv("TMPDIR", at("scratch").c_str(), 1); });
    for (double taken = 0; taken >= 0 && taken < seconds; taken = processor_time(process.id()))
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    process.kill(SIGTERM);
    return process.wait();
  }

  void expect_no_leftovers(const std::string& verb) const {
    for (const auto& entry : fs::recursive_directory_iterator(at("."))) {
      const std::string name = entry.path().filename().native();
      EXPECT_EQ(name.find("aside"), std::string::npos) << verb << " left " << entry.path();
      EXPECT_FALSE(name.starts_with("dcgan-") && entry.is_directory()) << verb << " left " << entry.path();
    }
  }

  const Program dcgan_;
  const std::string model_;
};

TEST_F(Stopped, EveryVerbThatComputesEndsByTermWithItsCodeAndLeavesNoTemporaryFile) {
  const std::string photos = at("photos");
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"sample", model_, "--count", "10M", "--out", at("many")},
           {"sample", model_, "--count", "10M", "--out", at("many.npy")},
           {"eval", model_, "--data", photos, "--samples", "1M"},
           {"train", photos, "--dry-run", "--size", "256", "--base-channels", "128", "--batch", "512"},
           {"bench", "--seconds", "100"},
           {"toy", "--out", at("toy.png"), "--steps", "1M"}}) {
    const Finished end = stopped_inside(words, 0.5);
    if (end.code == 2) ADD_FAILURE() << words[0] << ": " << end.err;  // used wrongly here
    EXPECT_TRUE(end.code == 128 + SIGTERM) << words[0] << ": " << end.code << "\n" << end.err;
    expect_no_leftovers(words[0]);
  }
}

}  // namespace
}  // namespace dcgan::test
