// What the shells make of `dcgan completion`, and readers of `dcgan man`.
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>

#include "cli/field_text.hpp"
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
        output_of("cd '" + dcgan.at("") + "'; bash -c \"source " + script("bash") + "; COMP_WORDS=(dcgan " + words +
                  "); COMP_CWORD=\\$((\\${#COMP_WORDS[@]} - 1)); _dcgan; printf '%s\\n' \\${COMPREPLY[@]}\"");
    EXPECT_EQ(status, 0) << said;
    std::istringstream lines(said);
    std::set<std::string> all;
    for (std::string line; std::getline(lines, line);) all.insert(line);
    return all;
  }
  std::string manual(std::vector<std::string> words) {
    words.insert(words.begin(), "man");
    ::testing::internal::CaptureStdout();
    dcgan.call(words);
    return ::testing::internal::GetCapturedStdout();
  }
  std::string complaints_of_groff(const std::string& page) {
    write_text(dcgan.at("dcgan.1"), page);
    return output_of("groff -man -ww -z -Tutf8 '" + dcgan.at("dcgan.1") + "' 2>&1").first;
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

TEST_F(Completion, OfBashKnowsWordsThatMayBeSomethingElse) {
  EXPECT_EQ(offered_by_bash("train --preset pa"), Words{"paper"});
  EXPECT_EQ(offered_by_bash("sample run --at ''"), (Words{"best", "newest"}));
  EXPECT_EQ(offered_by_bash("train --device c"), (Words{"cpu", "cuda"}));
  write_text(dcgan.at("random-c.pt"), "");
  EXPECT_EQ(offered_by_bash("eval run --features random-"), (Words{"random-a", "random-b", "random-c.pt"}));
  EXPECT_EQ(offered_by_bash("toy --out random-"), Words{""});  // bash's own completion, of files
}

TEST_F(Completion, OfBashGoesOnAfterACommaOfAList) {
  EXPECT_EQ(offered_by_bash("train --augment c"), (Words{"color", "cutout"}));
  EXPECT_EQ(offered_by_bash("train --augment n"), Words{"none"});
  EXPECT_EQ(offered_by_bash("train --augment color,t"), Words{"color,translation"});
  EXPECT_EQ(offered_by_bash("train --augment color,translation,"),
            (Words{"color,translation,color", "color,translation,cutout", "color,translation,translation"}));
}

TEST_F(Completion, OfBashKnowsArgumentsThatAreWords) {
  EXPECT_EQ(offered_by_bash("completion ''"), (Words{"bash", "fish", "zsh"}));
  EXPECT_EQ(offered_by_bash("man tr"), Words{"train"});
  EXPECT_EQ(offered_by_bash("man m"), Words{"man"});
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
  EXPECT_TRUE(offered("dcgan train --preset pa").starts_with("paper"));
  EXPECT_TRUE(offered("dcgan train --augment n").starts_with("none"));
  EXPECT_TRUE(offered("dcgan train --augment t").starts_with("translation"));
  EXPECT_TRUE(offered("dcgan train --augment color,t").starts_with("color,translation"));
  EXPECT_TRUE(offered("dcgan sample run --at n").starts_with("newest"));
  EXPECT_TRUE(offered("dcgan completion z").starts_with("zsh"));
  EXPECT_TRUE(offered("dcgan man tr").starts_with("train"));
}

TEST_F(Completion, OfZshIsAScriptThatItReads) {
  if (!is_there("zsh")) GTEST_SKIP() << "zsh is not installed";
  const auto [said, status] = output_of("zsh -f -c 'autoload -U compinit; compinit -u -D; source " + script("zsh") +
                                        " && echo $_comps[dcgan]' 2>&1");
  EXPECT_EQ(status, 0) << said;
  EXPECT_EQ(said, "_dcgan\n");
}

TEST_F(Completion, OfZshTellsWhatValuesAndArgumentsMayBe) {
  if (!is_there("zsh")) GTEST_SKIP() << "zsh is not installed";
  const auto told = [&](const std::string& words) {  // what zsh's own function is given
    return output_of("zsh -f -c '_arguments() { print -l -- \"$@\" }; compdef() { }; source " + script("zsh") +
                     "; words=(dcgan " + words + " x); CURRENT=$#words; _dcgan'")
        .first;
  };
  const std::string train = told("train");
  EXPECT_CONTAINS(train, ":loss:(bce minimax ");
  EXPECT_CONTAINS(train, ":preset:(auto default ");
  EXPECT_CONTAINS(train, ":augment: _values -s , part none all color translation cutout\n");
  EXPECT_CONTAINS(train, ":eval-features: _dcgan_words_or_files auto trained random-a random-b\n");
  EXPECT_CONTAINS(train, ":config:_files\n");
  EXPECT_CONTAINS(told("completion"), "\n2:SHELL:(bash fish zsh)\n");
  EXPECT_CONTAINS(told("man"), "\n2:VERB:(train presets ");
}

TEST_F(Completion, OfAnotherShellIsRefusedWithThoseThereAre) {
  EXPECT_TRUE(refused(dcgan.refusal({"completion", "tcsh"}), 2, "'tcsh' is not a shell"));
  EXPECT_TRUE(refused(dcgan.refusal({"completion"}), 2, "SHELL is missing"));
}

TEST_F(Completion, PagesOfTheReferenceAreWhatTheProgramSays) {
  const fs::path folder = fs::path(DCGAN_TEST_SOURCES).parent_path() / "docs/reference";
  for (const Verb& verb : all_verbs()) {
    const std::string page = manual({verb.name, "--markdown"});
    ASSERT_TRUE(fs::exists(folder / (verb.name + ".md"))) << verb.name << ": write it by scripts/reference";
    EXPECT_TRUE(page == read_text(folder / (verb.name + ".md")))
        << verb.name << ": write it again by scripts/reference";
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
  EXPECT_EQ(complaints_of_groff(page.out), "");
}

TEST_F(Completion, TheManPageOfAVerbHasItAndItsChildrenAlone) {
  const std::string page = manual({"data"});
  EXPECT_CONTAINS(page, ".SH NAME\ndcgan\\-data \\- ");
  EXPECT_CONTAINS(page, ".SH SYNOPSIS\ndcgan data VERB");
  for (const char* verb : {"data VERB", "data pack", "data unpack"})
    EXPECT_CONTAINS(page, std::string(".SS dcgan ") + verb);
  EXPECT_EQ(page.find("dcgan train"), std::string::npos);
  EXPECT_CONTAINS(manual({"data pack"}), ".SH NAME\ndcgan\\-data\\-pack \\- ");
  EXPECT_TRUE(refused(dcgan.refusal({"man", "tea"}), 2, "'tea' is not a verb"));
  EXPECT_TRUE(refused(dcgan.refusal({"man", "--markdown"}), 2, "--markdown needs a VERB"));
  if (!is_there("groff")) GTEST_SKIP() << "groff is not installed";
  for (const Verb& verb : all_verbs()) EXPECT_EQ(complaints_of_groff(manual({verb.name})), "") << verb.name;
}

/// "--word" in a text; not "train --word", which is another verb's.
std::set<std::string> options_named_in(std::string text) {
  static const std::regex option("--([a-z][a-z0-9-]*)"), of_training("train --");
  text = std::regex_replace(text, of_training, "");
  std::set<std::string> all;
  for (auto found = std::sregex_iterator(text.begin(), text.end(), option); found != std::sregex_iterator(); ++found)
    all.insert((*found)[1]);
  return all;
}

TEST(Help, OfAnOptionNamesNoOptionThatItsVerbLacks) {
  const std::vector<Verb> verbs = all_verbs();
  for (const auto& [words, verb] : listed(verbs))
    for (const Field& field : verb->fields)
      for (const std::string& named : options_named_in(field.help))
        EXPECT_TRUE(find_field(verb->fields, named)) << "dcgan " << words << " --" << field.name << ": --" << named;
}

}  // namespace
}  // namespace dcgan::test
