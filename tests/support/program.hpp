// The dcgan program in a test: a place of its own with pictures, a cache and runs.
#pragma once

#include <algorithm>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/verb.hpp"
#include "core/json.hpp"
#include "image/sheet.hpp"
#include "support/process.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {

/// A picture that differs from number to number and has some structure.
inline Image made_picture(int64_t side, int64_t channels, int number) {
  Image image(side, side, channels);
  for (int64_t y = 0; y < side; ++y)
    for (int64_t x = 0; x < side; ++x)
      for (int64_t c = 0; c < channels; ++c)
        image.at(x, y)[c] = static_cast<uint8_t>(40 * c + 5 * number +
                                                 ((x * (number % 5 + 1) + y * (number % 3 + 1)) * 255 / (8 * side)));
  return image;
}

inline void make_pictures(const std::filesystem::path& folder, int count, int64_t side = 16, int64_t channels = 3) {
  std::filesystem::create_directories(folder);
  for (int i = 0; i < count; ++i)
    write_text(folder / ("picture" + std::to_string(100 + i) + ".png"), encode_png(made_picture(side, channels, i)));
}

class Program {
 public:
  /// Every command gets its own folders for the cache and for what is kept, so that tests know nothing of the user's.
  std::vector<std::string> command(std::vector<std::string> words) const {
    // Threads that spin while they wait for one another take minutes where other programs run, too.
    std::vector<std::string> all = {"/usr/bin/env", "XDG_CACHE_HOME=" + (place_ / "cache").string(),
                                    "XDG_STATE_HOME=" + (place_ / "state").string(), "OMP_WAIT_POLICY=passive",
                                    DCGAN_TEST_PROGRAM};
    all.insert(all.end(), words.begin(), words.end());
    return all;
  }
  Finished operator()(std::vector<std::string> words) const { return run(command(std::move(words))); }
  /// The same without starting the program, which takes a quarter of a second, since LibTorch is loaded: for words that
  /// are only read, or refused. main.cpp alone is left out, which prints an error and ends with its exit code.
  int call(std::vector<std::string> words) const {
    ::setenv("XDG_CACHE_HOME", (place_ / "cache").c_str(), 1);
    ::setenv("XDG_STATE_HOME", (place_ / "state").c_str(), 1);
    words.insert(words.begin(), "dcgan");
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    return run_program(all_verbs(), static_cast<int>(words.size()), arguments.data());
  }
  Thrown refusal(const std::vector<std::string>& words) const {
    return thrown_by([&] { call(words); });
  }
  /// A path below the test's own folder, as text.
  std::string at(const std::string& name) const { return (place_ / name).string(); }

  /// `train` with a network that takes a second, and what is wanted besides.
  std::vector<std::string> small_train(const std::string& data, const std::string& run_name,
                                       std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {"train",           at(data), "--run",       at(run_name), "--size",  "16",
                                      "--base-channels", "8",      "--latent",    "8",          "--batch", "8",
                                      "--threads",       "1",      "--log-every", "5"};
    // Quick features, unless it is about others or has no use for any.
    const auto has = [&](const char* word) { return std::find(more.begin(), more.end(), word) != more.end(); };
    const auto every = std::find(more.begin(), more.end(), "--eval-every");
    if (!has("--eval-features") && (every == more.end() || *(every + 1) != "0"))
      words.insert(words.end(), {"--eval-features", "random-a"});
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

 private:
  TemporaryFolder place_;
};

/// Lines of a log.jsonl that are records; what depends on the clock is taken out.
inline std::vector<Json> records_without_times(const std::string& log) {
  std::vector<Json> records;
  for (size_t start = 0, end; (end = log.find('\n', start)) != std::string::npos; start = end + 1) {
    Json record = Json::parse(log.substr(start, end - start));
    if (record.contains("event")) continue;
    for (const char* key : {"seconds", "images_per_second", "data_wait_share"}) record.erase(key);
    records.push_back(record);
  }
  return records;
}

inline ::testing::AssertionResult exited_with(const Finished& finished, int code) {
  if (finished.code == code) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "exit code " << finished.code << "\n" << finished.out << finished.err;
}
inline ::testing::AssertionResult says(const Finished& finished, const std::string& text) {
  if (finished.err.find(text) != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "'" << text << "' is not in\n" << finished.err;
}
/// An error with this exit code, a hint, and this text in one of both.
inline ::testing::AssertionResult refused(const Thrown& thrown, int code, const std::string& text) {
  if (thrown.exit_code == code && !thrown.hint.empty() && contains(thrown.what + "\n" + thrown.hint, text))
    return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "not '" << text << "' with exit code " << code << ", but " << thrown.exit_code
                                       << ": " << thrown.what << "\nhint: " << thrown.hint;
}
#define EXPECT_EXIT_CODE(finished, code) EXPECT_TRUE(::dcgan::test::exited_with(finished, code))
#define ASSERT_EXIT_CODE(finished, code) ASSERT_TRUE(::dcgan::test::exited_with(finished, code))
#define EXPECT_SAYS(finished, text) EXPECT_TRUE(::dcgan::test::says(finished, text))

}  // namespace dcgan::test
