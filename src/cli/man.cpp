// `dcgan man`: the program's manual, made from the verbs and their options: a man page of all or of one, or a page
// a verb as Markdown (docs/reference).
#include <algorithm>
#include <cstdio>

#include "cli/field_text.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "core/version.hpp"

namespace dcgan {
namespace {

struct ManCommand {
  bool markdown = false;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("markdown", markdown, "the page on VERB as Markdown, as in docs/reference", {});
  }
};

/// Text of a man page: none of its signs is a command to troff.
std::string troff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool begins_line = out.empty() || out.back() == '\n';
    if (begins_line && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '~')
      out += "\\(ti";
    else if (c == '^')
      out += "\\(ha";
    else if (c == '`')
      out += "\\(ga";
    else if (c == '|')
      out += "|\\:";  // a line may end there: words of an option can be many
    else
      out += c;
  }
  return out;
}

/// "data pack" as a name is written in a manual.
std::string page_name(const std::string& words) {
  std::string name = "dcgan-" + words;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string man_section(const ListedVerb& one) {
  std::string out = ".SS " + troff(usage_text(one)) + "\n" + troff(one.verb->help) + ".\n";
  if (!one.verb->details.empty()) out += ".PP\n" + troff(one.verb->details) + "\n";
  for (const auto& example : one.verb->examples) out += ".PP\n.B " + troff(example) + "\n";
  for (const auto& positional : one.verb->positionals)
    out += ".TP\n.I " + troff(positional.name) + "\n" + troff(positional.help) + "\n";
  for (const auto& field : one.verb->fields) {
    const std::string type = type_text(field);
    out += ".TP\n.B " + troff(option_name(field)) + (type.empty() ? "" : " \\fI" + troff(type) + "\\fR") + "\n" +
           troff(help_text(field)) + "\n";
  }
  return out;
}

/// The page of all verbs, or of one and its children.
std::string man_page(const std::vector<ListedVerb>& verbs, bool are_all) {
  const ListedVerb& first = verbs.front();
  const std::string name = are_all ? "dcgan" : page_name(first.words);
  std::string out = ".TH " + troff(name) + " 1 \"\" \"dcgan " + troff(kVersionText) + "\"\n";
  out += ".SH NAME\n" + troff(name) + " \\- " +
         troff(are_all ? "train GANs on a folder of pictures" : first.verb->help) + "\n.SH SYNOPSIS\n" +
         (are_all ? ".B dcgan\nVERB [options]\n.SH VERBS\n" : troff(usage_text(first)) + "\n.SH DESCRIPTION\n");
  for (const auto& one : verbs) out += man_section(one);
  return out +
         ".SH NAMES THAT BEGIN WITH A DASH\nBehind \\-\\- every word is an argument: dcgan inspect \\-\\- "
         "\\-odd\\-name.png\n"
         ".SH EXIT STATUS\n0: done. 1: failed. 2: used wrongly. 128 and the number of a signal (129, 130, 143): "
         "stopped "
         "by it, after all was saved.\n";
}

/// In a cell of a table.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '<' || c == '*' || c == '_' || c == '[') out += '\\';
    out += c;
  }
  return out;
}

std::string markdown_page(const ListedVerb& one) {
  std::string out = "## dcgan " + one.words + "\n" + one.verb->help + ".\n\n    " + usage_text(one) + "\n\n";
  if (!one.verb->details.empty()) out += one.verb->details + "\n\n";
  for (const auto& example : one.verb->examples) out += "    " + example + "\n";
  if (!one.verb->examples.empty()) out += "\n";
  if (one.verb->positionals.empty() && one.verb->fields.empty()) return out;
  out += "| | | |\n|---|---|---|\n";
  for (const auto& positional : one.verb->positionals)
    out += "| " + cell(positional.name) + " | | " + cell(positional.help) + " |\n";
  for (const auto& field : one.verb->fields)
    out += "| `" + option_name(field) + "` | " + cell(type_text(field)) + " | " + cell(help_text(field)) + " |\n";
  return out + "\n";
}

void print_manual(const Invocation& invocation, ManCommand& command) {
  const std::vector<Verb> verbs = all_verbs();
  const std::string asked = invocation.positional(0);
  if (command.markdown && asked.empty())
    throw UsageError("--markdown needs a VERB", "`dcgan man train --markdown`, or `dcgan man | man -l -` for all");
  std::vector<ListedVerb> chosen = listed(verbs);
  std::erase_if(chosen, [&](const ListedVerb& one) {
    return !asked.empty() && one.words != asked && !one.words.starts_with(asked + " ");
  });
  if (chosen.empty()) throw UsageError("'" + printable(asked) + "' is not a verb", "`dcgan --help` lists them");
  std::string text;
  if (command.markdown)
    for (const auto& one : chosen) text += markdown_page(one);
  else
    text = man_page(chosen, asked.empty());
  std::printf("%s", text.c_str());
}

}  // namespace

Verb man_verb(std::vector<std::string> verbs) {
  Verb verb;
  verb.name = "man";
  verb.group = "Help";
  verb.examples = {"dcgan man train"};
  verb.help = "print the manual of all verbs and options";
  verb.details =
      "`dcgan man | man -l -` shows it, `dcgan man train | man -l -` the page of a verb. For `man dcgan`:\n"
      "`mkdir -p ~/.local/share/man/man1; dcgan man > ~/.local/share/man/man1/dcgan.1`.";
  verb.positionals = {{"VERB", "this verb alone", false, false, std::move(verbs)}};
  set_options<ManCommand>(verb, print_manual);
  return verb;
}

}  // namespace dcgan
