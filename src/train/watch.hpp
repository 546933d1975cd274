// A run that looks after itself: it measures the quality of its own images, knows its best state, and says in words
// when something goes wrong. Not here: what is done about it (train/run).
#pragma once

#include <memory>
#include <optional>

#include "dist/group.hpp"
#include "eval/real_side.hpp"
#include "plan/plan.hpp"
#include "telemetry/record.hpp"
#include "train/balance.hpp"
#include "train/best_state.hpp"

namespace dcgan {

class Watch {
 public:
  /// Both must outlive it. The feature network is opened now, so that a run without it does not begin; real pictures
  /// are looked at when the first evaluation wants them.
  Watch(const TrainPlan& plan, const Dataset& dataset);

  /// Compares images of `generator`, which has seen `images`, with real ones: those held out where they are enough,
  /// else those of the training. Latents are the same each time, and used for nothing else. All ranks together, each
  /// with the same generator; real pictures are the first one's alone. `samples`: images on each side, where the run is
  /// too short for as many as it was planned with; 0: so many.
  RunEvaluation measure(Generator& generator, int64_t images, Group& group, int64_t samples = 0);
  /// Takes note of what was measured; says whether it is the best.
  void take(RunEvaluation& evaluation);

  /// Judges a record and completes it with the verdict and what evaluations found. True when the verdict changed.
  bool judge(Record& record);
  const Judgement& judgement() const { return judgement_; }
  const BestState& best_state() const { return best_state_; }
  /// Images seen at the last evaluation; 0: there was none.
  int64_t measured_at() const { return measured_at_; }
  /// The key of the figure that states are compared by; "" where the run does not measure itself.
  std::string key_of_best() const;

  /// The state was set back: what was seen of the one before no longer counts.
  void forget_balance(int64_t images) { balance_ = Balance(images), judgement_ = {}; }

  /// For a checkpoint, and back.
  Json state() const;
  void set_state(const Json& state, const std::string& origin);

 private:
  void open_real_sides(int64_t most);
  std::vector<FoundFigure> compared(const at::Tensor& features) const;

  const TrainPlan& plan_;
  const Dataset& dataset_;
  std::unique_ptr<FeatureNetwork> network_;
  std::string features_sha256_;        // of the network that measured before this process; empty for none
  int64_t most_real_ = 0;              // pictures that the sides were opened for; 0: not yet
  std::optional<RealSide> compared_;   // with which images are compared
  std::optional<RealSide> trained_;    // where that is another: what may be memorised
  std::vector<FoundFigure> expected_;  // the figures of runs, with what they stand between
  Balance balance_;
  Judgement judgement_;
  BestState best_state_;
  RunEvaluation last_;
  bool is_new_ = false;  // last_ was not judged yet
  int64_t measured_at_ = 0;
};

}  // namespace dcgan
