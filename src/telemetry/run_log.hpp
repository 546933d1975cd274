// What a run says while it runs. It takes records and events; log.jsonl, TensorBoard's files and the console hang on
// it, and nobody else tells them. Not for what a run has to say: it knows no type of train. No torch.
#pragma once

#include <functional>
#include <optional>

#include "core/platform/io/file.hpp"
#include "telemetry/console.hpp"
#include "telemetry/record.hpp"
#include "telemetry/run_event.hpp"
#include "telemetry/tensorboard.hpp"

namespace dcgan {

/// What a process writes of a run beside the console.
struct RunLogFiles {
  fs::path log;                                        // log.jsonl, which grows by whole lines
  std::function<void()> check_held;                    // asked before each line: throws where the run is no longer ours
  std::optional<TensorBoardOptions> tensorboard = {};  // none: it is not wanted
  bool preview = false;                                // pictures are shown on the console too
};

/// One thread.
class RunLog {
 public:
  /// Goes on at `images`. Without `files` there is the console alone, which outlives this: so for all ranks but the
  /// first. Throws Error where a file cannot be opened, as the functions do where one cannot be written.
  RunLog(Console& console, std::optional<RunLogFiles> files, int64_t images);

  /// After every step.
  void step(int64_t images, double seconds_in_process) { console_.step(images, seconds_in_process); }
  void tell(const Record& record, double seconds_in_process);
  void tell(const RunEvent& event);
  /// The last event of a run that is complete.
  void end(const RunEvent& event);

  bool wants_histograms() const { return tensorboard_ && tensorboard_->wants_histograms(); }

 private:
  void append(const Json& line);
  void show(const fs::path& picture);

  Console& console_;
  const std::optional<RunLogFiles> files_;
  std::optional<LineFile> log_;
  std::optional<TensorBoard> tensorboard_;
};

}  // namespace dcgan
