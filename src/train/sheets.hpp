// The picture files of a run: real pictures, what D is shown, what G draws. No torch in this header.
#pragma once

#include "checkpoint/run_directory.hpp"
#include "dataset/loader.hpp"
#include "image/sheet.hpp"
#include "plan/plan.hpp"

namespace dcgan {

class Generator;
class Group;
class Trainer;

/// How batches of a run are read from `first_image` on: this rank's share of each.
LoaderOptions loader_options(const TrainPlan& plan, const Pixels& pixels, int64_t first_image, const Group& group);

class RunSheets {
 public:
  RunSheets(const TrainPlan& plan, const Pixels& pixels, const RunDirectory& directory);

  /// samples/real.png: the first pictures of the run.
  void write_real();
  /// samples/augmented.png: the same as D sees them at this position; nothing where it sees them as they are.
  void write_augmented(const Trainer& trainer);
  /// The grid of this position, from latents that stay the same throughout the run; one row a class where there are
  /// classes. Returns its path.
  fs::path write_grid(Generator& generator, int64_t images) const;

 private:
  const Batch& first_pictures();
  Sheet::Layout layout() const;
  /// `bytes`: those of as many images as a grid has, in order.
  void write_sheet(const fs::path& path, const uint8_t* bytes) const;

  const TrainPlan& plan_;
  const Pixels& pixels_;
  const RunDirectory& directory_;
  const int64_t count_;   // images on a grid
  Batch first_pictures_;  // empty until they are wanted
};

}  // namespace dcgan
