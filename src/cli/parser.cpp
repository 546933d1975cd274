// The one door to CLI11. It splits the command line and prints help; values are checked by core/options, so
// that a flag and a config key fail with the same words.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string_view>

#include "cli/foreign_names.hpp"
#include "cli/help.hpp"
#include "core/error.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"
#include "core/version.hpp"

namespace dcgan {
namespace {

std::string lowercase_dashed(std::string text) {
  text = dashed(lowercase(text));
  return text.substr(std::min(text.find_first_not_of('-'), text.size()));
}

class Parser {
 public:
  explicit Parser(const std::vector<Verb>& verbs) : app_("", "dcgan"), verbs_(verbs) {
    app_.set_version_flag("--version", std::string("dcgan ") + kVersionText, "print the version and exit");
    app_.set_help_flag("-h,--help,--help-all", "");
    for (const Verb& verb : verbs) add(app_, verb);
    app_.require_subcommand(0, 1);
    app_.allow_extras();
  }

  int run(int argc, char** argv) {
    const int end = end_of_options(argc, argv);
    try {
      app_.parse(end, argv);
    } catch (const CLI::CallForHelp&) {
      print_help(end, argv);
      return kDone;
    } catch (const CLI::CallForVersion& version) {
      return app_.exit(version);
    } catch (const CLI::ArgumentMismatch& error) {
      const std::string words = error.what(), option = printable(words.substr(0, words.find(':')));
      if (words.find("received") != std::string::npos)  // "At most 1 required but received 2"
        throw UsageError(option + " is given more than once", "leave one of them out");
      throw UsageError(option + " needs a value, and none was given", "`dcgan" + verb_words() + " --help` says which");
    } catch (const CLI::ParseError& error) {
      throw UsageError(printable(error.what()), "`dcgan" + verb_words() + " --help` lists the options");
    } catch (const std::logic_error&) {  // CLI11 2.1 lets std::stoll's escape for a word given to a flag
      refuse_flag_value(argc, argv);
      throw;
    }
    refuse_extras();
    if (chosen_ && chosen_->run) take_rest(argv + std::min(end + 1, argc), argv + argc);
    if (!chosen_) {
      print_help(end, argv);
      throw UsageError("no verb was given", "begin with `dcgan train PHOTOS/`");
    }
    if (!chosen_->run)
      throw UsageError("`dcgan" + verb_words() + "` needs one more word",
                       "`dcgan" + verb_words() + " --help` lists them");
    for (size_t i = 0; i < chosen_->positionals.size(); ++i)
      if (chosen_->positionals[i].required && invocation_.positionals.size() <= i)
        throw UsageError(chosen_->positionals[i].name + " is missing: " + chosen_->positionals[i].help,
                         "`dcgan" + verb_words() + " --help` shows how it is used");
    chosen_->run(invocation_);
    return kDone;
  }

 private:
  void add(CLI::App& parent, const Verb& verb) {
    CLI::App* app = parent.add_subcommand(verb.name, verb.help);
    app->set_help_flag("-h,--help,--help-all", "");
    app->allow_extras();
    app->require_subcommand(0, 1);
    for (const auto& positional : verb.positionals) {
      const auto take = [this](const std::string& text) { invocation_.positionals.push_back(text); };
      if (positional.repeated) {
        auto* option = app->add_option_function<std::vector<std::string>>(
            positional.name, [take](const auto& all) { std::for_each(all.begin(), all.end(), take); }, positional.help);
        option->type_name("")->expected(-1);
        continue;
      }
      auto* option = app->add_option_function<std::string>(positional.name, take, positional.help);
      option->type_name("")->trigger_on_parse();
    }
    for (const Field& field : verb.fields) add_field(*app, field);
    app->parse_complete_callback([this, &verb, app] {
      if (app->get_subcommands().empty()) chosen_ = &verb;
    });
    for (const Verb& child : verb.children) add(*app, child);
  }

  void add_field(CLI::App& app, const Field& field) {
    const std::string name = field.name;
    if (field.is_flag()) {
      app.add_flag_function("--" + name, [this, name](int64_t n) { give_flag(name, n > 0 ? "true" : "false"); });
      if (name.starts_with("no-")) {  // it has no opposite
        flags_.insert("--" + name);
        return;
      }
      app.add_flag_function("--no-" + name, [this, name](int64_t n) { give_flag(name, n > 0 ? "false" : "true"); });
      flags_.insert({"--" + name, "--no-" + name});
      return;
    }
    auto* option =
        app.add_option_function<std::string>("--" + name, [this, name](const std::string& text) { give(name, text); });
    valued_.insert("--" + name);
    option->multi_option_policy(CLI::MultiOptionPolicy::Throw);
    if (field.limit.repeated) option->join(',');
  }

  /// `text` is "true" or "false".
  void give_flag(const std::string& name, const std::string& text) {
    for (const auto& [before, value] : invocation_.given)
      if (before == name && value != text)
        throw UsageError("--" + name + " and --no-" + name + " conflict", "leave one of them out");
    give(name, text);
  }
  void give(const std::string& name, const std::string& text) { invocation_.given.emplace_back(name, text); }

  /// Where "--" stands, behind which every word is an argument though it may begin with a dash; argc for nowhere. CLI11
  /// knows it, and each version takes it for another thing.
  int end_of_options(int argc, char** argv) const {
    for (int i = 1; i < argc; ++i)
      if (std::string_view(argv[i]) == "--" && !valued_.contains(argv[i - 1])) return i;
    return argc;
  }

  void take_rest(char** word, char** end) {
    const auto& all = chosen_->positionals;
    for (; word != end; ++word) {
      if (invocation_.positionals.size() >= all.size() && (all.empty() || !all.back().repeated)) {
        refuse_names({word, end});
        throw UsageError("unexpected argument '" + printable(*word) + "'",
                         "`dcgan" + verb_words() + " --help` lists what there is");
      }
      invocation_.positionals.push_back(*word);
    }
  }

  /// Of the verb on the command line, or of the program.
  void print_help(int end, char** argv) const {
    constexpr int kLeast = 60, kMost = 110;
    const auto columns = static_cast<size_t>(std::clamp(terminal_columns(), kLeast, kMost));
    const auto is_all = [](const char* word) { return std::string_view(word) == "--help-all"; };
    std::string text = program_help(verbs_, columns);
    for (const auto& one : listed(verbs_))
      if (" " + one.words == verb_words()) text = verb_help(one, columns, std::any_of(argv, argv + end, is_all));
    std::printf("%s", text.c_str());
  }

  /// The verbs on the command line: " data pack".
  std::string verb_words() const {
    std::string words;
    for (const CLI::App* app = &app_; !app->get_subcommands().empty();) {
      app = app->get_subcommands().front();
      words += " " + app->get_name();
    }
    return words;
  }

  /// "--resume=RUN": a flag takes no word but true and false.
  void refuse_flag_value(int argc, char** argv) const {
    for (int i = 1; i < argc; ++i) {
      const std::string word = argv[i];
      const size_t equals = word.find('=');
      const std::string name = word.substr(0, equals);
      if (equals == std::string::npos || !flags_.contains(name)) continue;
      const std::string value = word.substr(equals + 1);
      if (value == "true" || value == "false") continue;
      throw UsageError(
          name + " is '" + printable(value) + "': a flag takes no value",
          name == "--resume" ? "type `dcgan train --resume " + shell_word(value) + "`" : "write " + name + " alone");
    }
  }

  /// Whether the verb has the option that `ours` begins with ("--seed N, with ..."), or it begins with none.
  bool has_option(const std::string& ours) const {
    if (!chosen_ || !ours.starts_with("--")) return true;
    const std::string name = ours.substr(2, ours.find_first_of(" ,") - 2);
    return find_field(chosen_->fields, name) || (name == "out" && find_field(chosen_->fields, "run"));
  }

  /// What another program calls one of our options or verbs.
  [[noreturn]] void refuse_foreign(const std::string& name, bool is_option, std::string ours) const {
    if (chosen_ && ours == "--out" && !find_field(chosen_->fields, "out")) ours = "--run DIR";
    throw UsageError(std::string("unknown ") + (is_option ? "option" : "verb") + " '" + printable(name) + "'",
                     !is_option         ? ours
                     : has_option(ours) ? "here it is " + ours
                                        : "other verbs have " + ours + "; `dcgan" + verb_words() +
                                              " --help` lists what there is here");
  }

  /// More names than the verb takes: mostly a shell has put all that a pattern matches in its place. Returns where the
  /// verb takes no name, or these are none.
  void refuse_names(const std::vector<std::string>& extras) const {
    namespace fs = std::filesystem;
    if (chosen_->positionals.empty() || invocation_.positionals.empty()) return;
    std::vector<std::string> names = invocation_.positionals, listed;
    names.insert(names.end(), extras.begin(), extras.end());
    std::error_code ignored;
    for (const auto& name : names) {
      if (!fs::exists(name, ignored)) return;
      listed.push_back("'" + printable(name) + "'");
    }
    const fs::path folder = fs::path(names.front()).parent_path();
    const bool are_beside = std::all_of(names.begin(), names.end(), [&](const auto& name) {
      return fs::path(name).parent_path() == folder && fs::is_regular_file(name, ignored);
    });
    const std::string what = chosen_->positionals.front().name, place = folder.empty() ? "." : folder.native();
    throw UsageError("`dcgan" + verb_words() + "` takes one " + what + ", and " + std::to_string(names.size()) +
                         " names are given: " + cut_list(listed),
                     what != "DATA" ? "give one at a time"
                     : are_beside   ? "name their folder: `dcgan" + verb_words() + " " + shell_word(place) +
                                        "`; or put them into a folder of their own, and name that"
                                  : "put them into one folder, and name that");
  }

  void refuse_extras() {
    const auto extras = app_.remaining(true);
    if (extras.empty()) return;
    const std::string* first = &extras.front();
    for (const auto& extra : extras)
      if (extra.starts_with("-")) {
        first = &extra;
        break;
      }
    const std::string name = first->substr(0, first->find('='));
    const bool is_option = name.starts_with("-");
    const auto& foreign = is_option ? foreign_flags() : foreign_verbs();
    if (const auto ours = foreign.find(lowercase_dashed(name)); ours != foreign.end() && (is_option || !chosen_))
      refuse_foreign(name, is_option, ours->second);
    if (chosen_ && is_option)
      if (const auto gone = gone_flags().find(chosen_->name + " " + lowercase_dashed(name)); gone != gone_flags().end())
        throw UsageError("unknown option '" + printable(name) + "'", gone->second);
    std::vector<std::string> known;
    const std::string dashes = name.starts_with("-") ? "--" : "";
    if (!dashes.empty() && chosen_) {
      for (const auto& field : chosen_->fields) {
        known.push_back(field.name);
        if (field.is_flag() && !field.name.starts_with("no-")) known.push_back("no-" + field.name);
      }
    } else if (chosen_) {
      for (const Verb& child : chosen_->children) known.push_back(child.name);
    } else {
      for (const auto* app : app_.get_subcommands({})) {
        known.push_back(app->get_name());
        for (const auto* child : app->get_subcommands({}))
          if (child->get_name() == name)
            throw UsageError("unknown verb '" + name + "'",
                             "did you mean `dcgan " + app->get_name() + " " + name + "`?");
      }
    }
    if (chosen_ && dashes.empty() && chosen_->name == "train" && invocation_.is_given("resume"))
      throw UsageError(
          "unexpected argument '" + printable(name) + "'",
          "for a run whose data have moved, type `dcgan train DATA --resume --run " + shell_word(name) + "`");
    if (chosen_ && dashes.empty()) refuse_names(extras);
    const bool is_verb = !dashes.empty() && !chosen_;  // "--train"
    const std::string near = did_you_mean(known, name.substr(std::min(name.find_first_not_of('-'), name.size())));
    const std::string what = !dashes.empty() ? "unknown option '"
                             : chosen_       ? "unexpected argument '"
                                             : "unknown verb '";
    std::error_code ignored;
    if (!dashes.empty() && std::filesystem::exists(*first, ignored))
      throw UsageError(what + printable(name) + "'", "it is the name of a file: write it after --, or ./ before it");
    if (chosen_ && dashes.empty() && chosen_->name == "interpolate")
      throw UsageError(what + printable(name) + "'", "the two ends are options: --from 3 --to 17");
    throw UsageError(what + printable(name) + "'",
                     near.empty() ? "`dcgan" + verb_words() + " --help` lists what there is"
                                  : "did you mean " + (is_verb ? "`dcgan " + near + "`" : dashes + near) + "?");
  }

  CLI::App app_;
  const std::vector<Verb>& verbs_;
  const Verb* chosen_ = nullptr;
  std::set<std::string> flags_, valued_;  // options without a value, and with one
  Invocation invocation_;
};

}  // namespace

int run_program(const std::vector<Verb>& verbs, int argc, char** argv) { return Parser(verbs).run(argc, argv); }

}  // namespace dcgan
