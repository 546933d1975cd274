// `dcgan man`: the program's manual, made from the verbs and their options: a man page of all, or a page a verb as
// Markdown (docs/reference).
#include <cstdio>

#include "cli/field_words.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "core/version.hpp"

namespace dcgan {
namespace {

struct ManCommand {
  bool markdown = false;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("markdown", markdown, "a page on VERB as Markdown, as in docs/reference", {});
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
    else
      out += c;
  }
  return out;
}

/// "dcgan data pack DATA [MORE] [options]".
std::string usage(const ListedVerb& one) {
  std::string text = "dcgan " + one.words;
  for (const auto& positional : one.verb->positionals)
    text += (positional.required ? " " + positional.name : " [" + positional.name + "]") +
            (positional.repeated ? "..." : "");
  if (!one.verb->children.empty()) text += " VERB";
  return text + " [options]";
}

std::string man_page(const std::vector<ListedVerb>& verbs) {
  std::string out =
      ".TH DCGAN 1 \"\" \"dcgan " + troff(kVersionText) +
      "\"\n.SH NAME\ndcgan \\- train GANs on a folder of pictures\n.SH SYNOPSIS\n.B dcgan\nVERB [options]\n"
      ".SH VERBS\n";
  for (const auto& one : verbs) {
    out += ".SS " + troff(usage(one)) + "\n" + troff(one.verb->help) + ".\n";
    if (!one.verb->details.empty()) out += ".PP\n" + troff(one.verb->details) + "\n";
    for (const auto& positional : one.verb->positionals)
      out += ".TP\n.I " + troff(positional.name) + "\n" + troff(positional.help) + "\n";
    for (const auto& field : one.verb->fields) {
      const std::string type = type_text(field);
      out += ".TP\n.B " + troff(option_name(field)) + (type.empty() ? "" : " \\fI" + troff(type) + "\\fR") + "\n" +
             troff(help_text(field)) + "\n";
    }
  }
  return out +
         ".SH EXIT STATUS\n0: done. 1: failed. 2: used wrongly. 130 and 143: stopped by a signal, after all was "
         "saved.\n";
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
  std::string out = "## dcgan " + one.words + "\n" + one.verb->help + ".\n\n    " + usage(one) + "\n\n";
  if (!one.verb->details.empty()) out += one.verb->details + "\n\n";
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
  std::string text;
  for (const auto& one : listed(verbs))
    if (one.words == asked || one.words.starts_with(asked + " ")) text += markdown_page(one);
  if (!asked.empty() && text.empty())
    throw UsageError("'" + printable(asked) + "' is no verb", "`dcgan --help` lists them");
  if (command.markdown == asked.empty())
    throw UsageError(command.markdown ? "--markdown wants a VERB" : "a VERB's page is Markdown: --markdown is missing",
                     "`dcgan man train --markdown`, or `dcgan man | man -l -` for all");
  std::printf("%s", command.markdown ? text.c_str() : man_page(listed(verbs)).c_str());
}

}  // namespace

Verb man_verb() {
  Verb verb;
  verb.name = "man";
  verb.help = "print the manual of all verbs and options";
  verb.details =
      "`dcgan man | man -l -` shows it. For `man dcgan`: `mkdir -p ~/.local/share/man/man1; dcgan man >\n"
      "~/.local/share/man/man1/dcgan.1`.";
  verb.positionals = {{"VERB", "with --markdown: the verb", false}};
  set_options<ManCommand>(verb, print_manual);
  return verb;
}

}  // namespace dcgan
