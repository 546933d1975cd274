// Names that would act on a terminal or on a shell: what is printed of them acts on neither.
#include <filesystem>
#include <memory>
#include <regex>

#include "support/program.hpp"

namespace dcgan::test {
namespace {

namespace fs = std::filesystem;

const std::string kWorst = "a b'\"$(touch x)`y`;\n\x1b[31m\u202e\u2066\u200b\xff\\";

/// The first byte or character that a terminal would obey, or that is not seen; "" for none.
std::string first_that_acts(const std::string& text) {
  for (size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if ((byte < 0x20 && byte != '\n') || byte == 0x7F)
      return "byte " + std::to_string(byte) + " in: " + text.substr(0, at);
    for (const char* character : {"\u202e", "\u2066", "\u200b", "\u2028", "\u009b", "\ufeff"})
      if (text.compare(at, std::string(character).size(), character) == 0)
        return "a hidden character in: " + text.substr(0, at);
  }
  return "";
}

/// The words that a shell makes of a command.
std::vector<std::string> words_of(const std::string& command) {
  write_text(fs::temp_directory_path() / "dcgan-words.sh",
             "set -- " + command + "\nfor word; do printf '%s\\n=end=\\n' \"$word\"; done\n");
  const Finished shell = run({"/bin/bash", (fs::temp_directory_path() / "dcgan-words.sh").native()});
  EXPECT_EQ(shell.code, 0) << command << shell.err;
  std::vector<std::string> words;
  const std::string end = "\n=end=\n";
  for (size_t begin = 0, stop; (stop = shell.out.find(end, begin)) != std::string::npos; begin = stop + end.size())
    words.push_back(shell.out.substr(begin, stop - begin));
  return words;
}

/// The commands that a text holds in backticks, or a line of `use it`.
std::vector<std::string> commands_in(const std::string& text) {
  std::vector<std::string> all;
  static const std::regex in_ticks("`(dcgan [^`]*)`"),
      in_line("(?:^|: |\n *)(?:as [a-z]+: )?(dcgan (?:import|inspect|sample|train|export|doctor|data)[^\n]*)");
  for (const std::regex& one : {in_ticks, in_line})
    for (std::sregex_iterator found(text.begin(), text.end(), one), end; found != end; ++found)
      all.push_back((*found)[1]);
  return all;
}

class HostileNames : public ::testing::Test {
 protected:
  /// Pictures, a run, a pack and an export below a folder of that name.
  void make(const std::string& name) {
    make_pictures(dcgan.at(name + "/photos"), 12);
    ASSERT_EXIT_CODE(dcgan(dcgan.small_train(name + "/photos", name + "/run", {"--images", "16", "--eval-every", "0"})),
                     0);
  }
  Program dcgan;
};

TEST_F(HostileNames, ReachNoTerminalAsTheyAre) {
  ASSERT_NE(first_that_acts(kWorst), "");
  make(kWorst);
  const auto at = [&](const std::string& name) { return dcgan.at(kWorst + "/" + name); };
  write_text(at("no.pth"), "nothing");
  write_text(at("config.json"), "{\"options\": {\"\\u202e\\u001b\": 1}}");
  write_text(at("photos/broken" + kWorst.substr(kWorst.find('\n')) + ".png"), "no picture");
  const std::vector<std::vector<std::string>> commands = {
      {"doctor", at("photos")},
      {"inspect", at("photos")},
      {"inspect", at("run")},
      {"inspect", at("run"), "--json"},
      {"inspect", at("no.pth")},
      {"data", "pack", at("photos"), "--size", "16", "--out", at("out.pack")},
      {"inspect", at("out.pack")},
      {"data", "unpack", at("photos"), "--out", at("unpacked")},
      {"train", at("photos"), "--dry-run", "--size", "16"},
      {"train", at("photos"), "--dry-run", "--config", at("config.json")},
      {"train", at("run")},
      {"train", at("photos"), "--run", at("run")},
      {"train", "--resume", "--run", at("none")},
      {"train", at("photos"), "--resume=" + kWorst},
      {"sample", at("run"), "--out", at("sheet.png"), "--count", "4"},
      {"sample", at("none")},
      {"export", at("run"), "--out", at("generator.pt")},
      {"inspect", at("generator.pt")},
      {"import", at("photos"), "--out", at("x.ckpt")},
      {"report", at("run"), "--out", at("report.html")},
      {"serve", at("run/config.json")},
      {"serve", at("run"), "--host", kWorst},
      {"--" + kWorst.substr(1)},
      {kWorst},
      {"train", "--preset", kWorst, at("photos")}};
  for (const auto& words : commands) {
    const Finished finished = dcgan(words);
    EXPECT_EQ(first_that_acts(finished.out), "") << joined(words, " ");
    EXPECT_EQ(first_that_acts(finished.err), "") << joined(words, " ");
    EXPECT_NE(finished.out + finished.err, "") << joined(words, " ");
  }
  EXPECT_EQ(first_that_acts(std::regex_replace(read_text(at("report.html")), std::regex("[\t]"), "")), "");
}

TEST_F(HostileNames, AreOneWordOfEveryCommandThatIsSaid) {
  std::string last = "plain";
  make(last);
  for (const std::string& name :
       {std::string("a b"), std::string("it's"), std::string("$(touch x)"), std::string("\"&;|<>*?[!#~"),
        std::string("a\n\x1b[31m\xff"), std::string("\u202egpj\\")}) {
    fs::rename(dcgan.at(last), dcgan.at(name));
    last = name;
    const auto at = [&](const std::string& inner) { return dcgan.at(name + "/" + inner); };
    int count = 0;
    const auto expect_word = [&](const std::string& text, const std::string& path) {
      const auto commands = commands_in(text);
      EXPECT_FALSE(commands.empty()) << text;
      for (const auto& command : commands) {
        const auto words = words_of(command);
        EXPECT_NE(std::find(words.begin(), words.end(), path), words.end()) << command;
        ++count;
      }
    };
    const auto hint = [&](const std::vector<std::string>& words) { return dcgan.refusal(words).hint; };
    expect_word(hint({"train", at("run")}), at("run"));
    expect_word(hint({"train", at("photos"), "--run", at("run")}), at("run"));
    expect_word(hint({"train", "--resume", at("run/config.json")}), at("run"));
    expect_word(hint({"train", at("photos"), "--resume=" + at("run")}), at("run"));
    expect_word(hint({"doctor", at("run")}), at("run"));
    expect_word(hint({"data", "unpack", at("photos"), "--out", at("x")}), at("photos"));
    expect_word(hint({"import", at("run/config.json"), "--out", at("x.ckpt")}), at("run/config.json"));
    for (const char* what : {"photos", "run"}) expect_word(dcgan({"inspect", at(what)}).out, at(what));
    EXPECT_GE(count, 10) << name;
    EXPECT_FALSE(fs::exists("x"));
  }
}

}  // namespace
}  // namespace dcgan::test
