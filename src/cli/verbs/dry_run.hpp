// `dcgan train --dry-run`: what a run would cost, answers first.
#pragma once

#include <string>
#include <vector>

#include "plan/plan.hpp"

namespace dcgan {

/// How the answer is wanted.
struct DryRunAnswer {
  bool json = false;        // one line, with everything in it
  bool everything = false;  // behind the answers the whole plan: every option, both networks, the least a step takes
};

/// Times a few steps and prints speed, time, memory and disk, and what differs from the preset; on standard output.
/// `asked` is what the plan was made from, with "auto" where nothing was said.
void print_dry_run(const TrainPlan& plan, const Dataset& dataset, const AllOptions& asked, const DryRunAnswer& answer);

/// The options that differ from the preset's, as they would be typed; none for what is left to the program.
std::vector<std::string> differences_from_preset(const AllOptions& planned, const AllOptions& asked);

}  // namespace dcgan
