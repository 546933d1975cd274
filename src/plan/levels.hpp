// What `dcgan train` was asked for, and the levels that a run's options come from: preset, networks of --init-from,
// config file and flags, laid over each other. Every file is read once. No torch.
#pragma once

#include <string>

#include "plan/options.hpp"

namespace dcgan {

struct TrainCommand {
  std::string run;
  std::string config;
  bool resume = false;
  bool resume_auto = false;
  bool dry_run = false;
  bool everything = false;
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
    visit("dry-run", dry_run, "time a few steps and print speed, time, memory; makes no run (decoded pixels are kept)",
          {})
        .common();
    visit("all", everything, "with --dry-run: the whole plan too, both networks, the disk, the least a step takes", {});
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

/// The levels, lowest first: preset, networks of --init-from, --config, flags. Thread safety: only read.
class OptionLevels {
 public:
  /// Reads --config and, of a run that begins, the networks of --init-from: one that goes on has its own, and the file
  /// may be gone. Throws UsageError for a flag or a file that is wrong.
  OptionLevels(const Given& flags, bool goes_on);

  /// All levels over the preset of this name, which the result is said to have. A length on one level replaces one
  /// below it. Throws UsageError for a value that cannot be, and for two lengths on one level.
  AllOptions over(const std::string& preset) const;
  /// The preset that some level names, or "auto": then the data decide, see choose_preset.
  const std::string& preset() const { return preset_; }

  /// Of a run that goes on: --config and flags over `stored`, the options that it has. Where they say "auto", what it
  /// was resolved to. Throws UsageError naming those that may not change. `origin` is where `stored` is from.
  AllOptions over_stored(const Json& stored, const std::string& origin) const;

  const Given& flags() const { return flags_; }

 private:
  void lay(AllOptions& all, const Json& networks) const;

  Given flags_;
  Json config_, networks_;  // null: there is none
  bool config_is_of_a_run_ = false;
  std::string config_name_, networks_name_;
  std::string preset_ = "auto";
};

}  // namespace dcgan
