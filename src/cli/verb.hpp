// A verb of the program: what it is called, what it takes, what it does. The parser turns these into a
// command line; a verb's file fills them in. Neither CLI11 nor torch in this header.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/options.hpp"

namespace dcgan {

/// What DATA may be.
inline constexpr char kDataKinds[] = "folder of pictures, pack, ZIP archive, IDX, CIFAR or .npy file";

struct Positional {
  std::string name;  // "DATA"
  std::string help;
  bool required = true;
  bool repeated = false;                  // one or more; the last of a verb's
  std::vector<std::string> choices = {};  // for completion; `run` checks
};

/// What was on the command line, as text.
struct Invocation {
  std::vector<std::string> positionals;  // in the order of the verb's; shorter when optional ones are missing
  Given given;                           // options without dashes, in order
  /// Positional number `at`, or "".
  std::string positional(size_t at) const { return at < positionals.size() ? positionals[at] : ""; }
  /// Was the option of this name given?
  bool is_given(const std::string& name) const {
    return std::any_of(given.begin(), given.end(), [&](const auto& one) { return one.first == name; });
  }
};

struct Verb {
  std::string name;
  std::string help;     // one line
  std::string details;  // more, shown by --help of the verb alone
  std::string group;    // in the list of verbs: "Draw"
  std::vector<std::string>
      examples;  // commands that work, where there is what they speak of (tests/docs/examples_test)
  std::vector<Positional> positionals;
  Fields fields;  // for help and for knowing names; values are set by `run`
  std::function<void(const Invocation&)> run;
  std::vector<Verb> children;  // `data unpack`
};

/// A verb whose options are a struct: `run` gets them set from the command line.
template <class Options>
void set_options(Verb& verb, std::function<void(const Invocation&, Options&)> run) {
  auto shown = std::make_shared<Options>();
  verb.fields = fields_of(*shown);
  verb.run = [shown, run = std::move(run)](const Invocation& invocation) {
    set_all(fields_of(*shown), invocation.given);
    run(invocation, *shown);
  };
}

Verb train_verb();
Verb presets_verb();
Verb sample_verb();
Verb interpolate_verb();
Verb arithmetic_verb();
Verb invert_verb();
Verb neighbours_verb();
Verb synthesize_verb();
Verb features_verb();
Verb score_verb();
Verb probe_verb();
Verb export_verb();
Verb import_verb();
Verb eval_verb();
Verb inspect_verb();
Verb doctor_verb();
Verb data_verb();
Verb bench_verb();
Verb report_verb();
Verb serve_verb();
Verb toy_verb();
Verb completion_verb();
Verb man_verb(std::vector<std::string> verbs);  // names of all
/// All of them, as help lists them.
inline std::vector<Verb> all_verbs() {
  std::vector<Verb> all = {train_verb(),  presets_verb(),    sample_verb(),     interpolate_verb(), arithmetic_verb(),
                           invert_verb(), neighbours_verb(), synthesize_verb(), features_verb(),    score_verb(),
                           probe_verb(),  export_verb(),     import_verb(),     eval_verb(),        report_verb(),
                           serve_verb(),  inspect_verb(),    doctor_verb(),     data_verb(),        bench_verb(),
                           toy_verb(),    completion_verb()};
  std::vector<std::string> names;
  for (const Verb& verb : all) names.push_back(verb.name);
  names.push_back("man");
  all.push_back(man_verb(std::move(names)));
  return all;
}

/// Parses the command line and runs the verb it names. Returns the exit code of what needs no error (help,
/// version: 0). Throws UsageError for wrong use.
int run_program(const std::vector<Verb>& verbs, int argc, char** argv);

}  // namespace dcgan
