// `dcgan completion`: what a shell asks for when Tab is pressed, made from the verbs and their options.
#include <cstdio>
#include <map>

#include "cli/field_words.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

struct CompletionCommand {
  template <class Visit>
  void fields(Visit&&) {}
};

std::string with_replaced(std::string text, const std::string& what, const std::string& by) {
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

/// In single quotes, as all three shells take them.
std::string in_quotes(const std::string& text) { return "'" + with_replaced(text, "'", "'\\''") + "'"; }

/// "data" and "data pack", as patterns of a case: both shells walk along the words by them.
std::string verb_patterns(const std::vector<ListedVerb>& verbs) {
  std::vector<std::string> patterns;
  for (const auto& one : verbs) patterns.push_back("' " + one.words + "'");
  return joined(patterns, "|");
}

std::string bash_script(const std::vector<ListedVerb>& verbs) {
  std::string out =
      "# dcgan: completion for bash. In ~/.bashrc: source <(dcgan completion bash)\n"
      "_dcgan() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb='' verbs='' options='' values='' "
      "i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \"$verb ${COMP_WORDS[i]}\" in\n"
      "      " +
      verb_patterns(verbs) +
      ") verb+=\" ${COMP_WORDS[i]}\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$verb\" in\n";
  std::vector<std::string> first;
  for (const auto& one : verbs)
    if (one.words == one.verb->name) first.push_back(one.words);
  out += "    '') verbs='" + joined(first, " ") + "'; options='--help --version' ;;\n";
  for (const auto& [words, verb] : verbs) {
    std::vector<std::string> options, children;
    std::string values;
    for (const auto& child : verb->children) children.push_back(child.name);
    for (const auto& field : verb->fields) {
      options.push_back(option_name(field));
      if (!field.limit.choices.empty())
        values += "        --" + field.name + ") values='" + joined(field.limit.choices, " ") + "' ;;\n";
    }
    out +=
        "    ' " + words + "') verbs='" + joined(children, " ") + "'; options='--help " + joined(options, " ") + "'\n";
    if (!values.empty()) out += "      case \"$before\" in\n" + values + "      esac\n";
    out += "      ;;\n";
  }
  return out +
         "  esac\n"
         "  if [[ -n $values ]]; then COMPREPLY=($(compgen -W \"$values\" -- \"$word\"))\n"
         "  elif [[ $word == -* ]]; then COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
         "  else COMPREPLY=($(compgen -W \"$verbs\" -- \"$word\")); fi\n"
         "}\n"
         "complete -o default -F _dcgan dcgan\n";
}

/// In a specification of zsh's _arguments and _describe.
std::string zsh_text(std::string text) {
  for (const char* mark : {"\\", "[", "]", ":"}) text = with_replaced(text, mark, std::string("\\") + mark);
  return text;
}

std::string zsh_script(const std::vector<ListedVerb>& verbs) {
  std::string out =
      "#compdef dcgan\n"
      "# dcgan: completion for zsh. In ~/.zshrc, behind compinit: source <(dcgan completion zsh)\n"
      "_dcgan() {\n"
      "  local verb='' i\n"
      "  local -a verbs\n"
      "  for ((i = 2; i < CURRENT; i++)); do\n"
      "    case \"$verb ${words[i]}\" in\n"
      "      (" +
      verb_patterns(verbs) +
      ") verb+=\" ${words[i]}\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$verb\" in\n"
      "    ('')\n"
      "      verbs=(";
  const auto named = [](const Verb& verb) {
    return "\n        " + in_quotes(zsh_text(verb.name) + ":" + zsh_text(verb.help));
  };
  for (const auto& one : verbs)
    if (one.words == one.verb->name) out += named(*one.verb);
  out += ")\n      _describe verb verbs ;;\n";
  for (const auto& [words, verb] : verbs) {
    out += "    (' " + words + "')\n";
    if (!verb->children.empty()) {
      out += "      verbs=(";
      for (const auto& child : verb->children) out += named(child);
      out += ")\n      _describe verb verbs ;;\n";
      continue;
    }
    out += "      _arguments '--help[print this help and exit]'";
    for (const auto& field : verb->fields) {
      std::string spec = option_name(field) + "[" + zsh_text(help_text(field)) + "]";
      if (!field.is_flag()) {
        const auto& choices = field.limit.choices;
        spec += ":" + zsh_text(field.name) + ":" + (choices.empty() ? "_files" : "(" + joined(choices, " ") + ")");
      }
      out += " \\\n        " + in_quotes(spec);
    }
    out += " \\\n        '*:file:_files' ;;\n";
  }
  return out +
         "  esac\n"
         "}\n"
         "if [[ ${funcstack[1]} == _dcgan ]]; then _dcgan \"$@\"; else compdef _dcgan dcgan; fi\n";
}

std::string fish_script(const std::vector<ListedVerb>& verbs) {
  std::string out =
      "# dcgan: completion for fish. dcgan completion fish > ~/.config/fish/completions/dcgan.fish\n"
      "function __dcgan_verb  # the verb on the command line: a picture folder may be called as one\n"
      "  set -l verb ''\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    switch \"$verb $word\"\n"
      "      case " +
      with_replaced(verb_patterns(verbs), "|", " ") +
      "\n"
      "        set verb \"$verb $word\"\n"
      "    end\n"
      "  end\n"
      "  test \"$verb\" = \"$argv[1]\"\n"
      "end\n";
  const auto add = [&](const std::string& words, const std::string& rest) {
    out += "complete -c dcgan -n " + in_quotes("__dcgan_verb \"" + words + "\"") + " " + rest + "\n";
  };
  for (const auto& [words, verb] : verbs) {
    if (words == verb->name) add("", "-f -a " + words + " -d " + in_quotes(verb->help));
    for (const auto& child : verb->children) add(" " + words, "-f -a " + child.name + " -d " + in_quotes(child.help));
    for (const auto& field : verb->fields) {
      const auto& choices = field.limit.choices;
      add(" " + words, "-l " + option_name(field).substr(2) +
                           (field.is_flag()   ? ""
                            : choices.empty() ? " -r"
                                              : " -x -a " + in_quotes(joined(choices, " "))) +
                           " -d " + in_quotes(help_text(field)));
    }
  }
  return out;
}

void print_completion(const Invocation& invocation, CompletionCommand&) {
  static const std::map<std::string, std::string (*)(const std::vector<ListedVerb>&)> shells = {
      {"bash", bash_script}, {"fish", fish_script}, {"zsh", zsh_script}};
  const std::string shell = invocation.positional(0);
  const auto found = shells.find(shell);
  if (found == shells.end())
    throw UsageError("'" + printable(shell) + "' is no shell that completion is made for", "bash, zsh or fish");
  const std::vector<Verb> verbs = all_verbs();
  std::printf("%s", found->second(listed(verbs)).c_str());
}

}  // namespace

Verb completion_verb() {
  Verb verb;
  verb.name = "completion";
  verb.help = "print what makes Tab complete dcgan's commands in bash, zsh or fish";
  verb.details =
      "bash: `source <(dcgan completion bash)` in ~/.bashrc.  zsh: `source <(dcgan completion zsh)` in ~/.zshrc, "
      "behind\n"
      "compinit.  fish: `mkdir -p ~/.config/fish/completions; dcgan completion fish >\n"
      "~/.config/fish/completions/dcgan.fish`.";
  verb.positionals = {{"SHELL", "bash, zsh or fish"}};
  set_options<CompletionCommand>(verb, print_completion);
  return verb;
}

}  // namespace dcgan
