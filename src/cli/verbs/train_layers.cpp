#include "cli/verbs/train_layers.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/io/json_file.hpp"
#include "core/platform/io/file.hpp"
#include "core/text.hpp"
#include "plan/checks.hpp"
#include "plan/presets.hpp"
#include "plan/warm_start.hpp"

namespace dcgan {
namespace {

Json read_options(const fs::path& path) {
  check_named_is_there(path);
  const Json json = read_json_file(path);
  return json.is_object() && json.contains("format") ? required<Json>(json, "options", shown(path)) : json;
}

std::string init_from(const Json& options) {
  const Json value = options.is_object() ? options.value("init_from", Json()) : Json();
  return value.is_string() ? value.get<std::string>() : "none";
}

/// The paths that these options name become absolute, for a resume may be elsewhere. A file that is called like a word
/// of the option ("none") is meant by "./none" alone.
void make_absolute(const Fields& fields, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const Field& field = *find_field(fields, name);
    std::string& value = *std::get<std::string*>(field.target);
    const auto& words = field.limit.words;
    std::error_code ignored;
    if (std::find(words.begin(), words.end(), value) == words.end() && fs::exists(value, ignored))
      value = fs::absolute(value).lexically_normal().native();
  }
}

}  // namespace

void apply_layers(TrainCommand& command, const Invocation& invocation, const std::string& preset) {
  const auto is_length = [](const std::string& name) { return name == "images" || name == "epochs" || name == "time"; };
  TrainCommand flags;
  set_all(fields_of(flags), invocation.given);  // checks them, and finds --config
  if (preset != "auto") set_all(fields_of(command.all), preset_named(preset).options);
  const Json config = flags.config.empty() ? Json() : read_options(flags.config);
  const std::string model = flags.all.init_from != "none" ? flags.all.init_from : init_from(config);
  if (model != "none" && !command.resume)
    set_from_json(fields_of(command.all), options_of_model(model), "'" + printable(model) + "'");
  if (!flags.config.empty()) {
    const Json& options = config;
    for (const auto& [key, value] : options.items())
      if (is_length(key) && !value.is_null()) command.all.length = {};
    set_from_json(fields_of(command.all), options, "'" + printable(flags.config) + "'");
    check_one_length(command.all.length);
  }
  for (const auto& [name, text] : invocation.given)
    if (is_length(name)) command.all.length = {};
  set_all(fields_of(command), invocation.given);
  make_absolute(fields_of(command.all), {"init-from", "eval-features"});
}

TrainCommand layered(const Invocation& invocation, const std::string& preset) {
  TrainCommand command;
  apply_layers(command, invocation, preset);
  if (preset != "auto") command.all.preset = preset;
  return command;
}

}  // namespace dcgan
