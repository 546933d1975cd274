// What TensorBoard shows of a run: each record's figures, evaluations, grids, verdicts, the options, and where it is
// asked for how weights and gradients are spread.
#pragma once

#include "checkpoint/run_directory.hpp"
#include "nn/named_tensors.hpp"
#include "plan/plan.hpp"
#include "telemetry/event_file.hpp"
#include "telemetry/record.hpp"
#include "train/watch.hpp"

namespace dcgan {

class RunEvents {
 public:
  /// Goes on at `images`. The plan outlives it.
  RunEvents(const TrainPlan& plan, const RunDirectory& directory, int64_t images);

  void add(const Record& record);
  void add(const Seen& seen);
  void add(const Judgement& judgement, int64_t images);
  /// The grid at `path`: of many a few, so that the files stay small.
  void add_grid(const fs::path& path, int64_t images);
  bool wants_histograms() const { return plan_.options.run.histograms; }
  void add_histograms(const NamedTensors& tensors, int64_t images);
  void end(int64_t images) { file_.add_end(images); }

 private:
  const TrainPlan& plan_;
  EventFile file_;
};

/// Of its finite numbers, in ranges of one width.
Histogram histogram_of(const at::Tensor& values);

}  // namespace dcgan
