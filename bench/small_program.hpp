// The command line of a program of bench/ or experiments/: options of a struct, plain words, errors said as dcgan says
// them. Not for dcgan itself, which knows verbs, config files and help in groups (src/cli).
#pragma once

#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/options.hpp"
#include "core/text.hpp"

namespace dcgan {

/// What was typed: plain words, and options without dashes.
struct Words {
  std::vector<std::string> plain;
  Given given;
};

/// Throws UsageError for an option that `fields` has not, and for one without its value.
inline Words words_of(const Fields& fields, int argc, char** argv) {
  Words words;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (!word.starts_with("--")) {
      words.plain.push_back(word);
      continue;
    }
    const Field* field = find_field(fields, std::string_view(word).substr(2));
    if (!field) throw UsageError("unknown option '" + printable(word) + "'", "--help lists them");
    if (!field->is_flag() && i + 1 == argc) throw UsageError(word + " needs a value", "--help says which");
    words.given.emplace_back(field->name, field->is_flag() ? "true" : argv[++i]);
  }
  return words;
}

/// Sets `options` from the command line and calls `run`; `usage` is printed for --help, and every option below it.
/// Returns the exit code; 0 for --help.
template <class Options>
int small_program(const char* usage, Options& options, int argc, char** argv,
                  const std::function<void(const Words&)>& run) {
  const auto answer = [](const char* what, const std::string& hint, int code) {
    std::fprintf(stderr, "error: %s\n", what);
    if (!hint.empty()) std::fprintf(stderr, "  hint: %s\n", hint.c_str());
    return code;
  };
  try {
    const Fields fields = fields_of(options);
    for (int i = 1; i < argc; ++i)
      if (std::string_view(argv[i]) == "--help") {
        std::printf("%s\n", usage);
        for (const auto& one : fields)
          std::printf("  --%s: %s (%s)\n", one.name.c_str(), one.help.c_str(), one.text().c_str());
        return kDone;
      }
    const Words words = words_of(fields, argc, argv);
    set_all(fields, words.given);
    run(words);
    return kDone;
  } catch (const Error& error) {
    return answer(printable(error.what()).c_str(), printable(error.hint()), error.exit_code());
  } catch (const std::exception& error) {
    return answer(printable(first_line(error.what())).c_str(), "", kFailed);
  }
}

}  // namespace dcgan
