// `dcgan completion`: what a shell asks for when Tab is pressed, made from the verbs and their options.
#include <algorithm>
#include <cstdio>
#include <map>

#include "cli/field_text.hpp"
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

/// Words that stand where a verb's own words begin: its children, and what its arguments may be.
std::vector<std::string> first_words(const Verb& verb) {
  std::vector<std::string> words;
  for (const auto& child : verb.children) words.push_back(child.name);
  for (const auto& positional : verb.positionals)
    words.insert(words.end(), positional.choices.begin(), positional.choices.end());
  return words;
}

/// All whole words that a value may be.
std::vector<std::string> words_of(const Limit& limit) { return limit.choices.empty() ? limit.words : limit.choices; }

/// What sets the variables of bash's function for the value of an option; "" where anything may be written.
std::string bash_values(const Limit& limit) {
  const std::vector<std::string> words = words_of(limit);
  if (words.empty()) return "";
  return "values='" + joined(words, " ") + "'" +
         (limit.parts.empty() ? "" : " parts='" + joined(limit.parts, " ") + "'") + (limit.or_path ? " paths=1" : "");
}

std::string bash_script(const std::vector<ListedVerb>& verbs) {
  std::string out =
      "# dcgan: completion for bash. In ~/.bashrc: source <(dcgan completion bash)\n"
      "_dcgan() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} i\n"
      "  local verb='' verbs='' options='' values='' parts='' paths=''\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    if [[ ${COMP_WORDS[i]} == -- ]]; then COMPREPLY=(); return; fi  # names of files from here on\n"
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
    std::vector<std::string> options;
    std::string values;
    for (const auto& field : verb->fields) {
      options.push_back(option_name(field));
      if (const std::string set = bash_values(field.limit); !set.empty())
        values += "        --" + field.name + ") " + set + " ;;\n";
    }
    out += "    ' " + words + "') verbs='" + joined(first_words(*verb), " ") + "'; options='--help " +
           joined(options, " ") + "'\n";
    if (!values.empty()) out += "      case \"$before\" in\n" + values + "      esac\n";
    out += "      ;;\n";
  }
  return out +
         "  esac\n"
         "  if [[ -n $parts ]]; then compopt -o nospace 2>/dev/null; fi  # a comma may follow\n"
         "  if [[ -n $parts && $word == *,* ]]; then\n"
         "    COMPREPLY=($(compgen -P \"${word%,*},\" -W \"$parts\" -- \"${word##*,}\"))\n"
         "  elif [[ -n $values ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$values $parts\" -- \"$word\"))\n"
         "    if [[ -n $paths ]]; then\n"
         "      mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$word\")\n"
         "      compopt -o filenames 2>/dev/null\n"
         "    fi\n"
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

/// What zsh offers for the value of an option.
std::string zsh_values(const Limit& limit) {
  const std::string words = joined(words_of(limit), " ");
  if (words.empty()) return "_files";
  if (limit.or_path) return " _dcgan_words_or_files " + words;
  return limit.parts.empty() ? "(" + words + ")" : " _values -s , part " + words + " " + joined(limit.parts, " ");
}

/// Those of a verb's arguments that may only be some words. zsh counts the words of the verb as the first ones.
std::string zsh_arguments(const ListedVerb& one) {
  std::string specs;
  auto place = 2 + std::count(one.words.begin(), one.words.end(), ' ');
  for (const auto& positional : one.verb->positionals) {
    if (!positional.choices.empty())
      specs += " \\\n        " + in_quotes(std::to_string(place) + ":" + zsh_text(positional.name) + ":(" +
                                           joined(positional.choices, " ") + ")");
    ++place;
  }
  return specs;
}

std::string zsh_script(const std::vector<ListedVerb>& verbs) {
  std::string out =
      "#compdef dcgan\n"
      "# dcgan: completion for zsh. In ~/.zshrc, after compinit: source <(dcgan completion zsh)\n"
      "_dcgan_words_or_files() { _alternative \"words:word:($*)\" 'files:file:_files' }\n"
      "_dcgan() {\n"
      "  local verb='' i\n"
      "  local -a verbs\n"
      "  for ((i = 2; i < CURRENT; i++)); do\n"
      "    [[ ${words[i]} == -- ]] && break\n"
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
    out += "      _arguments -S '--help[print this help and exit]'";
    for (const auto& field : verb->fields) {
      std::string spec = option_name(field) + "[" + zsh_text(help_text(field)) + "]";
      if (!field.is_flag()) spec += ":" + zsh_text(field.name) + ":" + zsh_values(field.limit);
      out += " \\\n        " + in_quotes(spec);
    }
    out += zsh_arguments({words, verb}) + " \\\n        '*:file:_files' ;;\n";
  }
  return out +
         "  esac\n"
         "}\n"
         "if [[ ${funcstack[1]} == _dcgan ]]; then _dcgan \"$@\"; else compdef _dcgan dcgan; fi\n";
}

/// What fish is told of the value of an option.
std::string fish_values(const Limit& limit) {
  std::string words = joined(words_of(limit), " ");
  if (words.empty()) return " -r";
  if (!limit.parts.empty()) words += " (__dcgan_list " + joined(limit.parts, " ") + ")";
  return (limit.or_path ? " -r -a " : " -x -a ") + in_quotes(words);
}

std::string fish_script(const std::vector<ListedVerb>& verbs) {
  std::string out =
      "# dcgan: completion for fish. dcgan completion fish > ~/.config/fish/completions/dcgan.fish\n"
      "function __dcgan_verb  # the verb on the command line: a picture folder may be called as one\n"
      "  set -l verb ''\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    test \"$word\" = -- && break\n"
      "    switch \"$verb $word\"\n"
      "      case " +
      with_replaced(verb_patterns(verbs), "|", " ") +
      "\n"
      "        set verb \"$verb $word\"\n"
      "    end\n"
      "  end\n"
      "  test \"$verb\" = \"$argv[1]\"\n"
      "end\n"
      "function __dcgan_list  # words after those that are written, with commas between\n"
      "  set -l begun (string match -r '.*,' -- (commandline -ct))\n"
      "  printf '%s\\n' \"$begun\"$argv\n"
      "end\n";
  const auto add = [&](const std::string& words, const std::string& rest) {
    out += "complete -c dcgan -n " + in_quotes("__dcgan_verb \"" + words + "\"") + " " + rest + "\n";
  };
  for (const auto& [words, verb] : verbs) {
    if (words == verb->name) add("", "-f -a " + words + " -d " + in_quotes(verb->help));
    for (const auto& child : verb->children) add(" " + words, "-f -a " + child.name + " -d " + in_quotes(child.help));
    for (const auto& positional : verb->positionals)
      if (!positional.choices.empty()) add(" " + words, "-f -a " + in_quotes(joined(positional.choices, " ")));
    for (const auto& field : verb->fields)
      add(" " + words, "-l " + option_name(field).substr(2) + (field.is_flag() ? "" : fish_values(field.limit)) +
                           " -d " + in_quotes(help_text(field)));
  }
  return out;
}

using Script = std::string (*)(const std::vector<ListedVerb>&);
const std::map<std::string, Script>& shells() {
  static const std::map<std::string, Script> all = {{"bash", bash_script}, {"fish", fish_script}, {"zsh", zsh_script}};
  return all;
}

void print_completion(const Invocation& invocation, CompletionCommand&) {
  const std::string shell = invocation.positional(0);
  const auto found = shells().find(shell);
  if (found == shells().end())
    throw UsageError("'" + printable(shell) + "' is not a shell that completion is made for", "bash, zsh or fish");
  const std::vector<Verb> verbs = all_verbs();
  std::printf("%s", found->second(listed(verbs)).c_str());
}

}  // namespace

Verb completion_verb() {
  Verb verb;
  verb.name = "completion";
  verb.group = "Help";
  verb.examples = {"dcgan completion bash"};
  verb.help = "print what makes Tab complete dcgan's commands in bash, zsh or fish";
  verb.details =
      "bash: `source <(dcgan completion bash)` in ~/.bashrc.  zsh: `source <(dcgan completion zsh)` in ~/.zshrc, "
      "behind\n"
      "compinit.  fish: `mkdir -p ~/.config/fish/completions; dcgan completion fish >\n"
      "~/.config/fish/completions/dcgan.fish`.";
  verb.positionals = {{"SHELL", "bash, zsh or fish"}};
  for (const auto& [name, script] : shells()) verb.positionals.front().choices.push_back(name);
  set_options<CompletionCommand>(verb, print_completion);
  return verb;
}

}  // namespace dcgan
