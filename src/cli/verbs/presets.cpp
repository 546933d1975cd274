// `dcgan presets`: the named sets of options that training may begin from.
#include "plan/presets.hpp"

#include <cstdio>

#include "cli/verb.hpp"
#include "core/json.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

struct PresetsCommand {
  bool json = false;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("json", json, "as JSON on standard output", {});
  }
};

std::string command_line(const Given& options) {
  std::vector<std::string> words;
  for (const auto& [name, text] : options)
    words.push_back(text == "true" ? "--" + name : text == "false" ? "--no-" + name : "--" + name + " " + text);
  return words.empty() ? "every option's own default" : joined(words, " ");
}

void print_presets(const Invocation&, PresetsCommand& command) {
  Json all = Json::object();
  for (const auto& preset : presets()) {
    if (!command.json) {
      std::printf("%s\n  for %s\n  %s\n", preset.name.c_str(), preset.purpose.c_str(),
                  command_line(preset.options).c_str());
      continue;
    }
    Json options = Json::object();
    for (const auto& [name, text] : preset.options) options[underscored(name)] = text;
    all[preset.name] = {{"purpose", preset.purpose}, {"options", options}};
  }
  if (command.json) std::printf("%s\n", pretty(all).c_str());
}

}  // namespace

Verb presets_verb() {
  Verb verb;
  verb.name = "presets";
  verb.group = "Train";
  verb.examples = {"dcgan presets"};
  verb.help = "list the sets of options that training may begin from";
  verb.details = "`dcgan train DATA --preset NAME`. A flag and a config file win over a preset. See docs/recipes.md.";
  set_options<PresetsCommand>(verb, print_presets);
  return verb;
}

}  // namespace dcgan
