// Standard streams that are full, closed, or gone; and names that begin with a dash.
#include <fcntl.h>

#include "checkpoint/run_directory.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

namespace fs = std::filesystem;

class Streams : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    dcgan_ = new Program;
    make_pictures(dcgan_->at("photos"), 6);
    ASSERT_EXIT_CODE((*dcgan_)(dcgan_->small_train("photos", "run", {"--images", "40"})), 0);
  }
  static void TearDownTestSuite() { delete dcgan_; }
  static std::string at(const std::string& name) { return dcgan_->at(name); }
  /// With what stands in for a stream before the program begins.
  static Finished run_with(const std::vector<std::string>& words, const std::function<void()>& before) {
    return run(dcgan_->command(words), before);
  }
  static void to_full_device() { ::dup2(::open("/dev/full", O_WRONLY | O_CLOEXEC), STDOUT_FILENO); }
  static Program* dcgan_;
};
Program* Streams::dcgan_ = nullptr;

TEST_F(Streams, OutputThatDoesNotArriveIsAnErrorOfEveryVerbThatPrints) {
  const std::string photos = at("photos"), model = at("run");
  const std::vector<std::vector<std::string>> all = {
      {"--help"},
      {"--version"},
      {"train", "--help"},
      {"data", "pack", "--help"},
      {"man"},
      {"man", "--markdown", "train"},
      {"completion", "bash"},
      {"completion", "zsh"},
      {"completion", "fish"},
      {"presets"},
      {"presets", "--json"},
      {"inspect", model},
      {"inspect", "--json", photos},
      {"doctor", photos, "--size", "16"},
      {"train", photos, "--dry-run", "--size", "16", "--batch", "4", "--threads", "1", "--base-channels", "8"},
      {"train", photos, "--run", at("full"), "--size", "16", "--batch", "4", "--threads", "1", "--base-channels", "8",
       "--images", "16"},
      {"sample", model, "--out", at("sheet.png")},
      {"export", model, "--out", at("x.onnx")},
      {"eval", model, "--data", photos, "--samples", "20", "--threads", "1"},
      {"report", model, "--out", at("page.html")},
      {"data", "pack", photos, "--out", at("p.pack"), "--size", "16"}};
  for (const auto& words : all) {
    fs::remove_all(at("full")), fs::remove(at("p.pack"));
    const Finished result = run_with(words, to_full_device);
    EXPECT_EXIT_CODE(result, 1) << words[0] << " " << words.back();
    EXPECT_SAYS(result, "error: cannot write to standard output: ") << words[0] << " " << words.back();
  }
  EXPECT_EQ(RunDirectory(at("full")).checkpoints().size(), 0u);  // removed before the last command
}

TEST_F(Streams, ATrainingWhoseOutputDoesNotArriveIsDoneAllTheSame) {
  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--json"}}) {
    fs::remove_all(at("unheard"));
    auto words = dcgan_->small_train("photos", "unheard", {"--images", "80"});
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_EXIT_CODE(run_with(words, to_full_device), 1);
    EXPECT_EQ(RunDirectory(at("unheard")).checkpoints().back(), 80);
  }
}

TEST_F(Streams, NoFileTakesThePlaceOfAClosedStream) {
  for (int closed = 1; closed < 8; ++closed) {  // every set of the three
    fs::remove_all(at("closed"));
    const auto close_some = [closed] {
      for (int stream = 0; stream < 3; ++stream)
        if (closed >> stream & 1) ::close(stream);
    };
    const Finished result = run_with(dcgan_->small_train("photos", "closed", {"--images", "80"}), close_some);
    EXPECT_EXIT_CODE(result, 0) << closed;
    const std::string log = read_text(at("closed/log.jsonl"));
    for (size_t start = 0, end; (end = log.find('\n', start)) != std::string::npos; start = end + 1)
      EXPECT_TRUE(Json::accept(log.substr(start, end - start))) << closed << ": " << log.substr(start, end - start);
    EXPECT_EQ(records_without_times(log).size(), 2u) << closed;
  }
}

TEST_F(Streams, AResultForAClosedOutputIsAnError) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"inspect", at("run")}, {"presets"}}) {
    const Finished result = run_with(words, [] { ::close(STDOUT_FILENO); });
    EXPECT_EXIT_CODE(result, 1);
    EXPECT_SAYS(result, "cannot write to standard output: it is closed");
  }
}

TEST_F(Streams, AReaderThatHasEnoughIsNoError) {
  const Finished result = run_with({"man"}, [] {
    int ends[2];
    if (::pipe(ends) != 0) ::_exit(126);
    ::close(ends[0]), ::dup2(ends[1], STDOUT_FILENO), ::close(ends[1]);
  });
  EXPECT_EXIT_CODE(result, 0);
  EXPECT_EQ(result.err, "");
}

/// In a folder that holds pictures, a run and a picture whose names begin with dashes.
class Dashes : public ::testing::Test {
 protected:
  Dashes() {
    make_pictures(dcgan.at("-photos"), 6);
    write_text(dcgan.at("--one.png"), encode_png(made_picture(16, 3, 1)));
  }
  Finished operator()(const std::vector<std::string>& words) const {
    return run(dcgan.command(words), [&] {
      if (::chdir(dcgan.at("").c_str()) != 0) ::_exit(126);
    });
  }
  Program dcgan;
};

TEST_F(Dashes, BehindTwoOfThemEveryWordIsAnArgument) {
  ASSERT_EXIT_CODE((*this)({"train", "--run", "-run", "--size", "16", "--base-channels", "8", "--batch", "4",
                            "--threads", "1", "--images", "16", "--", "-photos"}),
                   0);
  EXPECT_EXIT_CODE((*this)({"inspect", "--", "-run"}), 0);
  EXPECT_EXIT_CODE((*this)({"inspect", "--json", "--", "--one.png"}), 0);
  EXPECT_EXIT_CODE((*this)({"doctor", "--size", "16", "--", "-photos"}), 0);
  EXPECT_EXIT_CODE((*this)({"sample", "--out", "sheet.png", "--", "-run"}), 0);
  EXPECT_EXIT_CODE((*this)({"data", "pack", "--out", "p.pack", "--size", "16", "--", "-photos"}), 0);
  EXPECT_EXIT_CODE((*this)({"inspect", "p.pack", "--"}), 0);
  fs::copy(dcgan.at("-run"), dcgan.at("-again"), fs::copy_options::recursive);
  EXPECT_EXIT_CODE((*this)({"report", "--out", "page.html", "--", "-run", "-again"}), 0);  // as many as there may be
}

TEST_F(Dashes, WhatStandsBehindThemIsCountedAndNamed) {
  const auto refusal = [&](const std::vector<std::string>& words) { return (*this)(words); };
  Finished result = refusal({"inspect", "p", "--", "--json"});
  EXPECT_EXIT_CODE(result, 2);
  EXPECT_SAYS(result, "unexpected argument '--json'");
  result = refusal({"inspect", "--"});
  EXPECT_EXIT_CODE(result, 2);
  EXPECT_SAYS(result, "PATH is missing");
  result = refusal({"--", "inspect"});
  EXPECT_EXIT_CODE(result, 2);
  result = refusal({"inspect", "--one.png"});
  EXPECT_EXIT_CODE(result, 2);
  EXPECT_SAYS(result, "write it after --");
  result = refusal({"inspect", "--", "--", "-run"});  // the second is a name
  EXPECT_EXIT_CODE(result, 2);
  EXPECT_SAYS(result, "unexpected argument '-run'");
}

}  // namespace
}  // namespace dcgan::test
