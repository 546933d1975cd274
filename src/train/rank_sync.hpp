// What the ranks of one run tell each other beside gradients. All ranks call these together; one alone returns at once.
#pragma once

#include <exception>

#include "dist/group.hpp"
#include "step/trainer.hpp"
#include "telemetry/run_event.hpp"
#include "train/watch.hpp"

namespace dcgan {

/// All ranks go on from the first one's state, position and judgement; `saved_images` is its last checkpoint's.
void share_beginning(Group& group, Trainer& trainer, Watch& watch, int64_t& saved_images);

/// The first rank's statistics of BatchNorm for all: ranks that see only their own share have each their own.
void share_statistics(Group& group, const GeneratorNetImpl& generator);

/// How fast gradients are exchanged. Of several ranks.
RunEvent measured_exchange(Group& group, Trainer& trainer, const at::Device& device);

/// The signal that ends all ranks, where a signal is to end any of them.
int common_signal(Group& group, const StopRequests& requests);

/// Where any rank fails: throws its own `failure` there, and on the others an Error that tells of it.
[[noreturn]] void throw_failure(Group& group, const std::exception_ptr& failure);

}  // namespace dcgan
