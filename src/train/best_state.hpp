// How good a run has become: which of its states is the best so far, and whether it still improves. Pure and resumable.
// Not here: how quality is measured (eval), and what is kept of a state (train/run). No torch.
#pragma once

#include <cstdint>
#include <string>

#include "train/run_evaluation.hpp"

namespace dcgan {

class BestState {
 public:
  /// The figure that states are compared by; lower is better.
  static constexpr const char* kFigure = "kid";

  /// Takes the next evaluation; says whether its state is the best so far. By more than chance: where the 95 %
  /// intervals of two KIDs overlap, the state before stays the best. With fewer real pictures than kEnoughHeldOut they
  /// nearly always do, and the newest is taken unless it is clearly worse. Never one that has memorised more than real
  /// images.
  Ranked add(const RunEvaluation& evaluation);

  /// No evaluation of the last `window` images (0: never flat) beat those before by more than chance.
  bool is_flat(int64_t images, int64_t window) const;

  bool has_best() const { return best_images_ >= 0; }
  /// Images seen by the best state, -1 where there is none.
  int64_t best_images() const { return best_images_; }

  /// For a checkpoint, and back. Throws Error naming `origin` and the key that is wrong.
  Json state() const;
  static BestState from_state(const Json& state, const std::string& origin);

 private:
  int64_t best_images_ = -1;
  Measured best_;
  Measured mark_;            // the KID that has to be beaten clearly
  int64_t mark_images_ = 0;  // and when it was reached
};

}  // namespace dcgan
