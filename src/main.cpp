// Builds the program, runs it, turns an error into a message and an exit code.
#include <c10/util/Exception.h>

#include <cstdio>
#include <exception>
#include <new>
#include <string>

#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/platform/cores.hpp"
#include "core/platform/signals.hpp"
#include "core/platform/streams.hpp"
#include "core/text.hpp"

namespace {

/// An error holds names of files and words of libraries; what makes it is to print them readably, this makes sure.
void print_error(const std::string& what, const std::string& hint) {
  std::fprintf(stderr, "error: %s\n", dcgan::printable(what).c_str());
  if (!hint.empty()) std::fprintf(stderr, "  hint: %s\n", dcgan::printable(hint).c_str());
}

}  // namespace

int main(int argc, char** argv) {
  dcgan::fill_standard_streams();  // before any file is opened
  try {
    dcgan::watch_signals();  // before any other thread is born
    dcgan::begin_watching_load();
    const int code = dcgan::run_program(dcgan::all_verbs(), argc, argv);
    dcgan::check_standard_output();
    return code;
  } catch (const dcgan::Stopped& stopped) {
    if (*stopped.what()) std::fprintf(stderr, "%s\n", dcgan::printable(stopped.what()).c_str());
    return stopped.exit_code();
  } catch (const dcgan::Error& error) {
    print_error(error.what(), error.hint());
    return error.exit_code();
  } catch (const c10::Error& error) {
    print_error(dcgan::first_line(error.what_without_backtrace()), "");
  } catch (const std::bad_alloc&) {
    print_error("out of memory", "try a smaller --batch, --size or --base-channels");
  } catch (const std::exception& error) {
    print_error(dcgan::first_line(error.what()), "");
  }
  return dcgan::kFailed;
}
