// The states of a run: how it begins, what it writes of itself and goes back to, and the generator that is drawn and
// exported at a position. Not for when (train/run).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "checkpoint/run_directory.hpp"
#include "dist/group.hpp"
#include "exchange/generator.hpp"
#include "plan/plan.hpp"
#include "step/trainer.hpp"
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
  /// All ranks. A new run takes the weights of --init-from and writes what it has before its first step; with `resume`
  /// it is at its newest checkpoint, and the directory is cut back to that. What is given outlives this. Throws Error
  /// when the checkpoint is damaged.
  RunStates(const TrainPlan& plan, const RunDirectory& directory, Group& group, Trainer& trainer, Watch& watch,
            RunSheets& sheets, bool resume);

  /// All ranks: a checkpoint, and generator.pt if none was measured best; false when this position has one already.
  /// `seconds` were trained in all.
  bool save(double seconds);
  /// All ranks: a state that measured best, and generator.pt.
  void save_best(double seconds);
  /// One rank, where the others may be elsewhere, after an error: saves what was learned since the last checkpoint, if
  /// the trainer's state `is_whole`. Says what there is to go on from, and how.
  std::string save_after_error(bool is_whole, double seconds, const Duties& left);
  /// "go on with `dcgan train ...`".
  std::string how_to_go_on() const;

  /// All ranks: the best state's tensors, of the first alone. Returns why there are none; empty where there are.
  std::string read_best(NamedTensors& state) const;
  /// All ranks: weights, optimizers and average of the best state, at the position that the run has: so that what is
  /// drawn from here on is other than it was.
  void take_best(NamedTensors state);

  /// The generator that is shown and exported, made once a position; and the same as others see it.
  GeneratorNet& evaluation();
  std::unique_ptr<Generator> generator() { return make_generator(evaluation(), info()); }

  /// What a new run began with, on the first rank: nothing where all weights are random.
  struct FirstWeights {
    fs::path from;
    bool has_discriminator;
  };
  const std::optional<FirstWeights>& first_weights() const { return first_weights_; }

  /// Of a run that was gone back to.
  double seconds_before() const { return seconds_before_; }
  const Duties& duties_left() const { return duties_left_; }

  [[noreturn]] void diverged(const std::string& why) const;

 private:
  void begin(RunSheets& sheets);
  void go_back();
  void share_beginning();
  void save_alone(double seconds, const Duties& left);
  void write(const fs::path& path, bool exports, double seconds, const Duties& left);
  void read(const fs::path& path);
  GeneratorInfo info() const;

  const TrainPlan& plan_;
  const RunDirectory& directory_;
  Group& group_;
  Trainer& trainer_;
  Watch& watch_;
  double seconds_before_ = 0;
  Duties duties_left_;
  int64_t saved_images_ = -1;  // position of the last checkpoint, -1 for none
  int64_t begun_at_ = 0;       // position at which this process took over
  std::optional<FirstWeights> first_weights_;
  GeneratorNet evaluation_{nullptr};
  int64_t evaluated_images_ = -1;
};

}  // namespace dcgan
