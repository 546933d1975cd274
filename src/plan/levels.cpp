#include "plan/levels.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/io/json_file.hpp"
#include "core/platform/io/file.hpp"
#include "core/text.hpp"
#include "plan/checks.hpp"
#include "plan/presets.hpp"
#include "plan/resume.hpp"
#include "plan/warm_start.hpp"

namespace dcgan {
namespace {

struct Config {
  Json options;
  bool is_of_a_run = false;  // it says all options that the program knew when the run began
};

Config read_options(const fs::path& path) {
  check_named_is_there(path);
  const Json json = read_json_file(path);
  if (!json.is_object() || !json.contains("format")) return {json, false};
  return {as_meant_then(required<Json>(json, "options", shown(path))), true};
}

/// Of options as JSON: the text of `key`, or the word that says there is none.
std::string text_of(const Json& options, const char* key, const std::string& none) {
  const Json value = options.is_object() ? options.value(key, Json()) : Json();
  return value.is_string() ? value.get<std::string>() : none;
}

bool is_length(const std::string& name) { return name == "images" || name == "epochs" || name == "time"; }

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

OptionLevels::OptionLevels(const Given& flags, bool goes_on) : flags_(flags) {
  TrainCommand command;
  set_all(fields_of(command), flags);
  if (!command.config.empty()) {
    const Config config = read_options(command.config);
    config_ = config.options, config_is_of_a_run_ = config.is_of_a_run, config_name_ = command.config;
  }
  preset_ = command.all.preset != "auto" ? command.all.preset : text_of(config_, "preset", "auto");
  networks_name_ = command.all.init_from != "none" ? command.all.init_from : text_of(config_, "init_from", "none");
  if (networks_name_ != "none" && networks_name_ != "auto" && !goes_on) networks_ = options_of_model(networks_name_);
}

void OptionLevels::lay(AllOptions& all, const Json& networks) const {
  if (!networks.is_null()) set_from_json(fields_of(all), networks, "'" + printable(networks_name_) + "'");
  if (!config_.is_null()) {
    for (const auto& [key, value] : config_.items())
      if (is_length(key) && !value.is_null()) all.length = {};
    set_from_json(fields_of(all), config_, "'" + printable(config_name_) + "'");
    check_one_length(all.length);
  }
  TrainCommand command;
  command.all = std::move(all);
  for (const auto& [name, text] : flags_)
    if (is_length(name)) command.all.length = {};
  set_all(fields_of(command), flags_);
  all = std::move(command.all);
  check_one_length(all.length);
  make_absolute(fields_of(all), {"init-from", "eval-features"});
}

AllOptions OptionLevels::over(const std::string& preset) const {
  AllOptions all;
  // What the config of an older run does not say did not exist then: it is not the preset of now that says it.
  if (!config_is_of_a_run_) set_all(fields_of(all), preset_named(preset).options);
  lay(all, networks_);
  all.preset = preset;
  return all;
}

AllOptions OptionLevels::over_stored(const Json& of_run, const std::string& origin) const {
  AllOptions all;
  const Json stored = as_meant_then(of_run);
  set_from_json(fields_of(all), stored, "'" + origin + "'");
  lay(all, {});
  set_from_json(fields_of(all), resolved_before(stored, options_json(all)), "'" + origin + "'");
  if (const auto changed = forbidden_changes(stored, options_json(all)); !changed.empty())
    throw UsageError(joined(changed, ", ") + " cannot change when a run goes on",
                     "leave it out to keep the run's own value, or start a new run");
  return all;
}

}  // namespace dcgan
