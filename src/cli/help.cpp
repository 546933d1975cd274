#include "cli/help.hpp"

#include <algorithm>
#include <sstream>

#include "core/version.hpp"

namespace dcgan {
namespace {

constexpr size_t kMany = 30;  // options, above which help begins with the common ones

/// Characters, not bytes.
size_t width_of(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// `text` in lines of at most `columns`, each but the first behind `indent` blanks. Line breaks in it stay.
std::string wrapped(const std::string& text, size_t indent, size_t columns) {
  std::string out, word;
  size_t at = indent;
  const auto put = [&] {
    if (word.empty()) return;
    const size_t length = width_of(word);
    const bool begins = at == indent;
    if (!begins && at + 1 + length > columns) {
      out += "\n" + std::string(indent, ' ') + word;
      at = indent + length;
    } else {
      out += (begins ? "" : " ") + word;
      at += length + (begins ? 0 : 1);
    }
    word.clear();
  };
  for (const char c : text) {
    if (c != ' ' && c != '\n') {
      word += c;
      continue;
    }
    put();
    if (c == '\n') out += "\n" + std::string(indent, ' '), at = indent;
  }
  put();
  return out;
}

/// A command as it may be pasted: where it is too long, it goes on behind a backslash.
std::string command_text(const std::string& command, size_t columns) {
  constexpr size_t kFurther = 6;
  std::string out = "  ", word;
  size_t at = out.size();
  std::istringstream words(command);
  while (words >> word) {
    const bool begins = out.ends_with("  ");
    if (!begins && at + 1 + width_of(word) + 2 > columns) {
      out += " \\\n" + std::string(kFurther, ' ') + word;
      at = kFurther + width_of(word);
    } else {
      out += (begins ? "" : " ") + word;
      at += width_of(word) + (begins ? 0 : 1);
    }
  }
  return out + "\n";
}

/// "--arch A|B|C" in lines, broken behind a |.
std::string name_text(const std::string& name, size_t columns) {
  std::string out = "  ", part;
  size_t at = out.size();
  for (size_t i = 0; i <= name.size(); ++i) {
    if (i < name.size()) part += name[i];
    if (i < name.size() && name[i] != '|' && name[i] != ' ' && name[i] != ',') continue;
    if (at + width_of(part) > columns) out += "\n      ", at = 6;
    out += part, at += width_of(part);
    part.clear();
  }
  return out;
}

/// A name and what it means, beside it or below.
std::string entry(const std::string& name, const std::string& text, size_t column, size_t columns) {
  std::string out = name_text(name, columns);
  if (out.size() + 2 > column)
    out += "\n" + std::string(column, ' ');
  else
    out += std::string(column - out.size(), ' ');
  return out + wrapped(text, column, columns) + "\n";
}

/// Where texts begin: behind the longest name, within reason.
size_t column_for(const std::vector<std::string>& names) {
  constexpr size_t kMost = 32;
  size_t longest = 0;
  for (const auto& name : names)
    if (name.size() + 4 <= kMost) longest = std::max(longest, name.size());
  return longest + 4;
}

std::string option_words(const Field& field) {
  const std::string type = type_text(field);
  return option_name(field) + (type.empty() ? "" : " " + type);
}

/// Options by group, in the order in which groups come first.
std::string options_text(const std::vector<const Field*>& fields, bool has_groups, size_t columns) {
  std::vector<std::string> groups, names;
  for (const Field* field : fields) {
    names.push_back(option_words(*field));
    const std::string group = has_groups ? field->group : "";
    if (std::find(groups.begin(), groups.end(), group) == groups.end()) groups.push_back(group);
  }
  const size_t column = column_for(names);
  std::string out;
  for (const auto& group : groups) {
    out += "\n" + (group.empty() ? std::string("Options") : group) + ":\n";
    for (const Field* field : fields)
      if (!has_groups || field->group == group) out += entry(option_words(*field), help_text(*field), column, columns);
  }
  return out;
}

/// A text whose long lines were broken within a sentence, with those in one. Lists and commands stay line by line.
std::string reflowed(const std::string& text) {
  constexpr size_t kLong = 70;
  std::string out;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n') {
      out += text[i];
      continue;
    }
    const bool ends = i == 0 || text[i - 1] == '.' || text[i - 1] == ':' || i - begin < kLong;
    const bool is_command = text.compare(begin, 6, "dcgan ") == 0 || text.compare(i + 1, 6, "dcgan ") == 0;
    out += ends || is_command ? '\n' : ' ';
    begin = i + 1;
  }
  return out;
}

/// Paragraphs, wrapped; commands as they stand.
std::string details_text(const std::string& details, size_t columns) {
  std::istringstream lines(reflowed(details));
  std::string out;
  for (std::string line; std::getline(lines, line);)
    out += line.starts_with("dcgan ") ? command_text(line, columns) : wrapped(line, 0, columns) + "\n";
  return out;
}

std::string examples_text(const std::vector<std::string>& examples, size_t columns) {
  if (examples.empty()) return "";
  std::string out = "\nExamples:\n";
  for (const auto& line : examples) out += command_text(line, columns);
  return out;
}

}  // namespace

std::string program_help(const std::vector<Verb>& verbs, size_t columns) {
  std::vector<std::string> groups, names;
  for (const Verb& verb : verbs) {
    names.push_back(verb.name);
    if (std::find(groups.begin(), groups.end(), verb.group) == groups.end()) groups.push_back(verb.group);
  }
  const size_t column = column_for(names);
  std::string out =
      std::string("dcgan ") + kVersionText + " trains GANs on a folder of pictures.\nUsage: dcgan VERB [options]\n";
  out += examples_text({"dcgan train photos/", "dcgan sample runs/00000-photos --out samples.png"}, columns);
  for (const auto& group : groups) {
    out += "\n" + group + ":\n";
    for (const Verb& verb : verbs)
      if (verb.group == group) out += entry(verb.name, verb.help, column, columns);
  }
  return out + "\n" + wrapped("More on a verb: dcgan VERB --help. The version: dcgan --version.", 0, columns) + "\n" +
         wrapped("After -- every word is an argument, even if it begins with a dash.", 0, columns) + "\n";
}

std::string verb_help(const ListedVerb& one, size_t columns, bool shows_all) {
  const Verb& verb = *one.verb;
  std::string out = wrapped("Usage: " + usage_text(one), 0, columns) + "\n\n" + wrapped(verb.help, 0, columns) + "\n";
  std::vector<std::string> names;
  for (const auto& positional : verb.positionals) names.push_back(positional.name);
  for (const auto& child : verb.children) names.push_back(child.name);
  const size_t column = column_for(names);
  if (!names.empty()) out += "\n";
  for (const auto& positional : verb.positionals) out += entry(positional.name, positional.help, column, columns);
  for (const auto& child : verb.children) out += entry(child.name, child.help, column, columns);
  const bool has_many = verb.fields.size() > kMany;
  std::vector<const Field*> fields;
  for (const Field& field : verb.fields)
    if (!has_many || shows_all || field.is_common) fields.push_back(&field);
  out += options_text(fields, has_many, columns);
  if (fields.size() < verb.fields.size())
    out += "\nAll " + std::to_string(verb.fields.size()) + " options: dcgan " + one.words + " --help-all\n";
  if (!verb.details.empty()) out += "\n" + details_text(verb.details, columns);
  return out + examples_text(verb.examples, columns);
}

}  // namespace dcgan
