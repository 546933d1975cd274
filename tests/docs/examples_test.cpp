// Commands that help ends with: every verb has some, and each works as it is typed.
#include "cli/field_text.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

/// What the examples speak of: pictures, classes of them, one picture, runs of both, weights of another program.
class Examples : public testing::Test {
 protected:
  void SetUp() override {
    make_pictures(at("photos"), 12), make_pictures(at("classes/a"), 6), make_pictures(at("classes/b"), 6);
    make_pictures(at("others/a"), 4, 15), make_pictures(at("others/b"), 4, 15);
    write_text(at("photo.png"), encode_png(made_picture(16, 3, 3)));
    std::filesystem::copy_file(std::filesystem::path(DCGAN_TEST_GOLDENS) / "foreign/netG.pth", at("netG.pth"));
    for (const auto& [data, run] : {std::pair("photos", "runs/first"), {"classes", "runs/classes"}}) {
      auto words = dcgan_.small_train(data, run, {"--images", "64", "--eval-every", "0"});
      if (std::string(data) == "classes") words.push_back("--conditional");
      ASSERT_EXIT_CODE(dcgan_(words), 0);
    }
    ASSERT_EXIT_CODE(dcgan_({"data", "pack", at("photos"), "--size", "16", "--out", at("photos.pack")}), 0);
  }
  std::string at(const std::string& name) const { return dcgan_.at(name); }
  /// The command as it is typed in that folder, where `dcgan` is the program.
  Process typed(const std::string& command) const {
    return Process(
        {"/bin/sh", "-c", "cd '" + at("") + "' && dcgan() { exec '" DCGAN_TEST_PROGRAM "' \"$@\"; } && " + command},
        [this] { ::setenv("XDG_CACHE_HOME", at("cache").c_str(), 1); });
  }
  Program dcgan_;
};

TEST_F(Examples, OfEveryVerbWorkAsTheyAreTyped) {
  const std::vector<Verb> verbs = all_verbs();
  int typed_ones = 0;
  for (const auto& [words, verb] : listed(verbs)) {
    if (verb->children.empty()) {
      EXPECT_FALSE(verb->examples.empty()) << words;
    }
    for (const std::string& command : verb->examples) {
      EXPECT_TRUE(command.starts_with("dcgan " + words)) << command;
      const bool is_endless = words == "serve" || words == "train";
      Process process = typed(is_endless && words == "train" ? command + " --json" : command);
      if (is_endless) {
        EXPECT_TRUE(process.read_lines(1)) << command;
        process.kill(SIGTERM);
      }
      const Finished end = process.wait();
      EXPECT_TRUE(end.code == 0 || (is_endless && end.code == 128 + SIGTERM))
          << command << " ended with " << end.code << ": " << end.err;
      ++typed_ones;
    }
  }
  EXPECT_GT(typed_ones, 20);
}

}  // namespace
}  // namespace dcgan::test
