// `dcgan train` as one of several processes: who this one is, what all must have in common, who speaks. One process
// alone is the case of size 1.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/json.hpp"
#include "dist/group.hpp"
#include "plan/options.hpp"

namespace dcgan {

struct Ranks {
  Launch launch;
  std::shared_ptr<Group> group;

  bool is_alone() const { return group->size() == 1; }
  bool is_first() const { return group->is_first(); }
  /// The first to come to data of its host.
  bool is_first_of_host() const { return launch.local_rank == 0; }
};

/// Meets the others that the environment tells of, runs `body`, and tells the others when it fails. Errors of several
/// ranks name the rank; all but the first are silent otherwise.
void with_ranks(const AllOptions& options, const std::function<void(Ranks&)>& body);

/// The device that `asked` means for this rank, resolved: of "cuda" or "auto" a GPU of its own where there are several.
/// Of one process alone what resolve_device says, with its remark. Throws UsageError where there is none.
std::string device_of_rank(const std::string& asked, const Launch& launch, std::vector<std::string>& remarks);

/// Throws Error naming rank, key and both values when another rank's `facts`, an object of plain values, are not the
/// first one's.
void check_agreement(Ranks& ranks, const Json& facts);

/// Throws UsageError when the ranks cannot have equal shares of a batch, each in `accumulate` equal parts: every image
/// weighs as much.
void check_shares(const Ranks& ranks, int64_t batch, int64_t accumulate);

}  // namespace dcgan
