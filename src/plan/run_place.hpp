// Which run directory a training writes into: a new one, one that goes on, or one that came to nothing and begins
// again. And who may: the first rank keeps other processes out of it. No torch.
#pragma once

#include <memory>
#include <string>

#include "plan/levels.hpp"
#include "plan/ranks.hpp"
#include "plan/resume.hpp"

namespace dcgan {

/// All ranks hold the same, but for `run`'s lock, which is the first one's.
struct RunPlace {
  RunDirectory run{fs::path()};  // of a run that is to be made by its data's name: no path yet
  bool goes_on = false;
  bool begins_again = false;
  RunToResume found = {};  // of one that goes on
  std::string data;        // DATA as it was typed, or, of a run that goes on without it, where the run's own were
};

/// What --run, --resume, --resume-auto and DATA come to; makes and changes nothing but --resume-auto's way round
/// damaged checkpoints. Throws UsageError for a place that cannot be, Error for a run that is damaged.
RunPlace find_place(const TrainCommand& command, const std::string& data, Ranks& ranks);

/// Makes the directory of a run that begins; keeps others out of it.
void make_place(RunPlace& place, const TrainCommand& command, Ranks& ranks);

}  // namespace dcgan
