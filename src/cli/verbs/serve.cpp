// `dcgan serve`: runs and their generators in a browser of this machine.
#include "pages/server.hpp"

#include <cstdio>

#include "cli/verb.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/platform/io/desktop.hpp"
#include "core/platform/io/listener.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"
#include "dataset/walk.hpp"

namespace dcgan {
namespace {

void serve_runs(const Invocation& invocation, ServeOptions& options) {
  std::vector<fs::path> places;
  std::error_code ignored;
  for (const auto& place : invocation.positionals) {
    check_named_is_there(place);
    if (!fs::is_directory(place, ignored))
      throw UsageError("'" + shown(place) + "' is neither a run directory nor a folder of runs",
                       "name runs/, or a run in it");
    places.emplace_back(place);
  }
  if (places.empty()) {
    if (!fs::is_directory("runs", ignored))
      throw UsageError("there is no folder 'runs' here", "name the runs: `dcgan serve RUN`");
    places.emplace_back("runs");
  }
  for (const auto& place : places)
    if (!is_run_directory(place) && fs::exists(place / "config.json", ignored))
      warn("'" + shown(place) + "' is not a complete run and is left out: `dcgan inspect` says more");
  // A browser is opened for a person who looks on, or who asks for it.
  options.open = options.open && (invocation.is_given("open") || (has_display() && stdout_is_terminal()));
  serve(places, options, [&](const Serving& serving) {
    if (serving.runs == 0) note("there is no run there yet; one that begins will be shown");
    if (options.port != 0 && serving.port != options.port)
      note("port " + std::to_string(options.port) + " is in use: it is " + std::to_string(serving.port) + " instead");
    if (!is_loopback(options.host))
      note("whoever reaches this machine and has the token is answered; what is sent can be read on the way");
    std::printf("%s; open %s in a browser of this machine; Ctrl-C ends it\n",
                counted(static_cast<int64_t>(serving.runs), "run").c_str(), serving.address.c_str());
    std::fflush(stdout);
  });
}

}  // namespace

Verb serve_verb() {
  Verb verb;
  verb.name = "serve";
  verb.group = "Look";
  verb.examples = {"dcgan serve runs/"};
  verb.help = "a live page of runs: curves and grids as they train, their latent space to explore, a quiz";
  verb.details =
      "RUN: a run directory, or a folder of runs; without, runs/. The address that is printed holds a token, without\n"
      "which no request is answered; it stays the same, so a bookmark keeps working.\n"
      "From another machine: ssh -L 8080:127.0.0.1:8080 HOST, then open the same address there. docs/serve.md.";
  verb.positionals = {{"RUN", "run directory, or a folder of runs", false, true}};
  set_options<ServeOptions>(verb, serve_runs);
  return verb;
}

}  // namespace dcgan
