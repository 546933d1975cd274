// The states of a run: how it begins, what it writes of itself and goes back to, and the generator that is drawn and
// exported at a position. Not for when (train/run).
#pragma once

#include <memory>
#include <string>

#include "checkpoint/run_directory.hpp"
#include "dist/group.hpp"
#include "exchange/generator.hpp"
#include "plan/plan.hpp"
#include "step/trainer.hpp"
#include "telemetry/console.hpp"
#include "train/sheets.hpp"
#include "train/watch.hpp"

namespace dcgan {

/// Training broke down: the state that is there is worth nothing, and must not be saved.
class Diverged : public Error {
 public:
  using Error::Error;
};

/// What a step asks for beside itself, in this order: an evaluation, a record, a grid. A checkpoint that was written
/// because one of them failed says how far they came, so that the run goes on with the next one.
struct Duties {
  int64_t before = 0;  // images seen before the step
  int64_t done = kAll;
  static constexpr int64_t kAll = 3;
  bool are_done() const { return done == kAll; }
};

class RunStates {
 public:
  /// All of it outlives this.
  RunStates(const TrainPlan& plan, const RunDirectory& directory, Group& group, Trainer& trainer, Watch& watch);

  /// Of the first rank: what a new run has before its first step. Weights of --init-from are taken.
  void begin(const Dataset& dataset, RunSheets& sheets, Console& console);
  /// Of the first rank: the newest checkpoint, to which the directory is cut back. Throws Error when it is damaged.
  void go_back();
  /// All ranks: what the first one knows of the state, for all.
  void share_beginning();

  /// All ranks: a checkpoint, and generator.pt if none was measured best; false when this position has one already.
  /// `seconds` were trained in all.
  bool save(double seconds);
  /// All ranks: a state that measured best, and generator.pt.
  void save_best(double seconds);
  /// One rank, where the others may be elsewhere: as save(). For the end of a run by an error.
  void save_alone(double seconds, const Duties& duties);
  /// Position of the last checkpoint, -1 for none.
  int64_t saved_images() const { return saved_images_; }

  /// The generator that is shown and exported, made once a position.
  GeneratorNet& evaluation();
  GeneratorInfo info() const;
  /// The weights are other ones at the same position.
  void forget_evaluation() { evaluated_images_ = -1; }

  /// Of a run that was gone back to.
  double seconds_before() const { return seconds_before_; }
  const Duties& duties_left() const { return duties_left_; }

  [[noreturn]] void diverged(const std::string& why) const;

 private:
  void write(const fs::path& path, bool exports, double seconds, const Duties& duties);
  void read(const fs::path& path);

  const TrainPlan& plan_;
  const RunDirectory& directory_;
  Group& group_;
  Trainer& trainer_;
  Watch& watch_;
  double seconds_before_ = 0;
  Duties duties_left_;
  int64_t saved_images_ = -1;
  GeneratorNet evaluation_{nullptr};
  int64_t evaluated_images_ = -1;
};

}  // namespace dcgan
