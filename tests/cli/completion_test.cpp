// What the shells make of `dcgan completion`.
#include <filesystem>
#include <set>
#include <sstream>

#include "support/program.hpp"

namespace dcgan::test {
namespace {

namespace fs = std::filesystem;

bool is_there(const std::string& program) { return output_of("command -v " + program).second == 0; }

class Completion : public ::testing::Test {
 protected:
  /// The script of a shell, as a file.
  std::string script(const std::string& shell) {
    const Finished made = dcgan({"completion", shell});
    EXPECT_EQ(made.code, 0) << made.err;
    write_text(dcgan.at(shell), made.out);
    return "'" + dcgan.at(shell) + "'";
  }
  /// What bash offers behind these words; the last one is begun.
  std::set<std::string> offered_by_bash(const std::string& words) {
    const auto [said, status] =
        output_of("bash -c \"source " + script("bash") + "; COMP_WORDS=(dcgan " + words +
                  "); COMP_CWORD=\\$((\\${#COMP_WORDS[@]} - 1)); _dcgan; printf '%s\\n' \\${COMPREPLY[@]}\"");
    EXPECT_EQ(status, 0) << said;
    std::istringstream lines(said);
    std::set<std::string> all;
    for (std::string line; std::getline(lines, line);) all.insert(line);
    return all;
  }
  Program dcgan;
};

using Words = std::set<std::string>;

TEST_F(Completion, OfBashKnowsVerbsOptionsAndWhatTheyMayBe) {
  EXPECT_EQ(offered_by_bash("tr"), Words{"train"});
  EXPECT_EQ(offered_by_bash("data un"), Words{"unpack"});
  EXPECT_EQ(offered_by_bash("train photos/ --lo"), (Words{"--log-every", "--loss"}));
  EXPECT_EQ(offered_by_bash("train --loss h"), Words{"hinge"});
  EXPECT_EQ(offered_by_bash("train --no-tens"), Words{"--no-tensorboard"});
  EXPECT_EQ(offered_by_bash("data pack --stri"), Words{"--strict"});
}

TEST_F(Completion, OfFishKnowsVerbsOptionsAndWhatTheyMayBe) {
  if (!is_there("fish")) GTEST_SKIP() << "fish is not installed";
  const auto offered = [&](const std::string& line) {
    return output_of("HOME='" + dcgan.at("") + "' fish -c 'source " + script("fish") + "; complete -C \"" + line +
                     "\"'")
        .first;
  };
  EXPECT_TRUE(offered("dcgan tr").starts_with("train\t"));
  EXPECT_TRUE(offered("dcgan train --loss h").starts_with("hinge"));
  EXPECT_NE(offered("dcgan train --log-e").find("--log-every"), std::string::npos);
  EXPECT_TRUE(offered("dcgan data un").starts_with("unpack\t"));
  EXPECT_EQ(offered("dcgan train data un"), "");  // a folder that is called as a verb
}

TEST_F(Completion, OfZshIsAScriptThatItReads) {
  if (!is_there("zsh")) GTEST_SKIP() << "zsh is not installed";
  const auto [said, status] = output_of("zsh -f -c 'autoload -U compinit; compinit -u -D; source " + script("zsh") +
                                        " && echo $_comps[dcgan]' 2>&1");
  EXPECT_EQ(status, 0) << said;
  EXPECT_EQ(said, "_dcgan\n");
}

TEST_F(Completion, OfAnotherShellIsRefusedWithThoseThereAre) {
  EXPECT_TRUE(refused(dcgan.refusal({"completion", "tcsh"}), 2, "'tcsh' is no shell"));
  EXPECT_TRUE(refused(dcgan.refusal({"completion"}), 2, "SHELL is missing"));
}

TEST_F(Completion, PagesOfTheReferenceAreWhatTheProgramSays) {
  const fs::path folder = fs::path(DCGAN_TEST_SOURCES).parent_path() / "docs/reference";
  for (const Verb& verb : all_verbs()) {
    ::testing::internal::CaptureStdout();
    dcgan.call({"man", verb.name, "--markdown"});
    const std::string page = ::testing::internal::GetCapturedStdout();
    ASSERT_TRUE(fs::exists(folder / (verb.name + ".md"))) << verb.name << ": write it by scripts/reference";
    EXPECT_TRUE(page == read_text(folder / (verb.name + ".md"))) << verb.name << ": write it anew by scripts/reference";
  }
  EXPECT_EQ(static_cast<size_t>(std::distance(fs::directory_iterator(folder), {})), all_verbs().size());
}

TEST_F(Completion, TheManPageHasEveryVerbAndIsReadWithoutAWarning) {
  const Finished page = dcgan({"man"});
  ASSERT_EQ(page.code, 0);
  for (const Verb& verb : all_verbs())
    EXPECT_NE(page.out.find(".SS dcgan " + verb.name), std::string::npos) << verb.name;
  EXPECT_NE(page.out.find("\\(ti/.bashrc"), std::string::npos);  // troff has other signs for ~ and `
  if (!is_there("groff")) GTEST_SKIP() << "groff is not installed";
  write_text(dcgan.at("dcgan.1"), page.out);
  EXPECT_EQ(output_of("groff -man -ww -z -Tutf8 '" + dcgan.at("dcgan.1") + "' 2>&1").first, "");
}

}  // namespace
}  // namespace dcgan::test
