// How good a run has become: which of its states is the best so far, and whether it still improves. Pure and resumable.
// Not here: how quality is measured (eval), and what is kept of a state (train/run). No torch.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "core/json.hpp"

namespace dcgan {

/// What an evaluation during training found. A figure that is not known is NaN.
struct Quality {
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  int64_t images = 0;
  double kid = kUnknown, kid_error = kUnknown;  // KID and its standard error
  double memorised = kUnknown;                  // share of generated images that copy a training image
  double memorised_floor = kUnknown;            // the same share of real images that training does not see
};

class BestState {
 public:
  /// Takes the next evaluation; true when its state is the best so far: of the lowest KID, and not memorised more than
  /// real images are.
  bool add(const Quality& quality);

  /// No evaluation of the last `window` images (0: never flat) beat those before by more than its standard error.
  bool is_flat(int64_t images, int64_t window) const;

  bool has_best() const { return best_.images >= 0; }
  const Quality& best() const { return best_; }

  /// For a checkpoint, and back. Throws Error naming `origin` and the key that is wrong.
  Json state() const;
  static BestState from_state(const Json& state, const std::string& origin);

 private:
  Quality best_{-1};
  double mark_ = Quality::kUnknown;  // the KID that has to be beaten clearly
  int64_t mark_images_ = 0;          // and when it was reached
};

}  // namespace dcgan
