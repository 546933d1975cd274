// What `dcgan train` was asked for: preset, networks of --init-from, config file and flags, laid over each other.
#pragma once

#include <string>

#include "cli/verb.hpp"
#include "plan/options.hpp"

namespace dcgan {

struct TrainCommand {
  std::string run;
  std::string config;
  bool resume = false;
  bool resume_auto = false;
  bool dry_run = false;
  bool json = false;
  bool lock = true;
  bool run_code = false;  // never stored: what it agrees to is remembered for the user
  AllOptions all;

  template <class Visit>
  void fields(Visit&& visit) {
    visit.group("Run");
    visit("run", run, "the run directory; without it runs/00000-NAME, the next free number", any_text("DIR")).common();
    visit("resume", resume,
          "go on with a run, with its own options: RUN in the place of DATA, or of --run, else the newest below runs/",
          {})
        .common();
    visit("resume-auto", resume_auto, "the same if --run is a run already, else begin it: for launchers that restart",
          {});
    visit("config", config, "options from a file; flags win over it; a run's config.json serves",
          any_text("FILE.json"));
    visit("dry-run", dry_run,
          "time a few steps, print the plan and what it will cost; makes no run (decoded pixels are kept)", {})
        .common();
    visit("json", json, "records and events as JSON lines on standard output", {});
    visit("lock", lock, "do not keep other processes out of the run: for disks on which nothing can be locked", {});
    visit(
        "run-code", run_code,
        "where --eval-features is a file: a program that dcgan did not write. Run its code, and remember that for this "
        "very file",
        {});
    all.fields(visit);
  }
};

/// Lays the preset, the networks of --init-from, the config file and the flags over what `all` holds, in this order. A
/// length on one level replaces one below it. `preset` is a name, or "auto", which holds nothing.
void apply_layers(TrainCommand& command, const Invocation& invocation, const std::string& preset);

/// The command of a new run. Which preset it begins from may depend on the data; which data that is does not depend on
/// the preset.
TrainCommand layered(const Invocation& invocation, const std::string& preset);

}  // namespace dcgan
