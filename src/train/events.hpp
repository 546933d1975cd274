// What a run has to say, in words and numbers: an event a function. Not for when, and not for where it is told
// (telemetry/run_log).
#pragma once

#include <vector>

#include "dataset/pixels.hpp"
#include "telemetry/run_event.hpp"
#include "train/watch.hpp"

namespace dcgan {

/// What a new run trains on: an event of the whole set, and one of each picture that was left out.
std::vector<RunEvent> data_events(const PixelsInfo& info);
/// Which weights it begins with: those of `from`, of both networks or of the generator alone.
RunEvent weights_event(const fs::path& from, bool has_discriminator);
/// From this position on the networks learn at this size.
RunEvent size_event(int64_t images, Size size);
RunEvent evaluation_event(const RunEvaluation& evaluation);
RunEvent verdict_event(const Judgement& judgement, int64_t images);
/// The state of `best` images is taken at the position `images`.
RunEvent rollback_event(int64_t images, int64_t best);
RunEvent grid_event(const fs::path& path, int64_t images);
RunEvent checkpoint_event(const fs::path& path, int64_t images);
RunEvent done_event(int64_t images, double seconds_in_process, double seconds_in_all);

}  // namespace dcgan
