// The commands of a page of the documentation, as a reader finds them: lines of fenced blocks, and inline code that
// begins with `dcgan` and has arguments (`dcgan eval` alone is the name of a verb). Python blocks are commands, too.
#pragma once

#include <filesystem>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "support/temporary.hpp"

namespace dcgan::test {

struct DocumentedCommand {
  std::string text;
  bool python = false;
};

inline bool names_a_verb_only(const std::string& text) {
  return std::regex_match(text, std::regex("(build/release/)?dcgan( [a-z]+)*"));
}

/// In the order of the page. Comments are left out.
inline std::vector<DocumentedCommand> documented_commands(const std::filesystem::path& page) {
  std::vector<DocumentedCommand> commands;
  std::istringstream lines(read_text(page));
  std::string language;
  bool in_block = false;
  static const std::regex inline_code("`((?:build/release/)?dcgan [^`]+)`"), comment("\\s+#.*");
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      in_block = !in_block;
      language = line.substr(3);
      if (in_block && language == "python") commands.push_back({"", true});
    } else if (in_block && language == "python") {
      commands.back().text += line + "\n";
    } else if (in_block && language.empty()) {
      line = std::regex_replace(line, comment, "");
      if (!line.empty()) commands.push_back({line});
    } else if (!in_block) {
      for (std::sregex_iterator found(line.begin(), line.end(), inline_code), end; found != end; ++found)
        if (const std::string text = (*found)[1]; !names_a_verb_only(text)) commands.push_back({text});
    }
  }
  return commands;
}

}  // namespace dcgan::test
