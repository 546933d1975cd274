#include "cli/ranks.hpp"

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "train/device.hpp"

namespace dcgan {
namespace {

std::string with_rank(const Ranks& ranks, const std::string& what) {
  return ranks.is_alone() ? what : "rank " + std::to_string(ranks.group->rank()) + ": " + what;
}

}  // namespace

void with_ranks(const AllOptions& options, const std::function<void(Ranks&)>& body) {
  Ranks ranks{launch_from_environment(), nullptr};
  const bool is_first = ranks.launch.rank == 0;
  if (!is_first) set_log_sink([](const std::string&) {});
  std::vector<std::string> ignored;
  const std::string asked = options.run.device;
  const bool on_gpu = ranks.launch.size > 1 && resolve_device(asked, ignored) != "cpu";
  const at::Device device = on_gpu ? at::Device("cuda:" + std::to_string(ranks.launch.local_rank)) : at::Device("cpu");
  ranks.group = join(ranks.launch, device, options.run.ranks);
  if (!ranks.is_alone())
    note("ranks: " + std::to_string(ranks.group->size()) + ", started by " + ranks.launch.launcher + ", which met at " +
         printable(ranks.launch.address) + ":" + std::to_string(ranks.launch.port));
  try {
    body(ranks);
  } catch (const Stopped& stopped) {
    if (is_first) throw;
    throw Stopped(stopped.exit_code() - 128, "");
  } catch (const UsageError& error) {
    ranks.group->give_up(error.what());
    throw UsageError(with_rank(ranks, error.what()), error.hint());
  } catch (const Error& error) {
    ranks.group->give_up(error.what());
    throw Error(with_rank(ranks, error.what()), error.hint());
  } catch (const std::exception& error) {
    ranks.group->give_up(error.what());
    throw;
  }
}

std::string device_of_rank(const std::string& asked, const Ranks& ranks) {
  if (ranks.is_alone() || (asked != "cuda" && asked != "auto")) return asked;
  std::vector<std::string> ignored;
  return resolve_device(asked, ignored) == "cpu" ? "cpu" : "cuda:" + std::to_string(ranks.launch.local_rank);
}

void check_agreement(Ranks& ranks, const Json& facts) {
  const auto all = ranks.group->gather(compact(facts), "comparing their options", Patience::kWhileAlive);
  const Json first = parse_json(all.front(), "rank 0's options");
  for (size_t rank = 1; rank < all.size(); ++rank) {
    const Json other = parse_json(all[rank], "another rank's options");
    for (const auto& [key, value] : first.items())
      if (other.value(key, Json()) != value)
        throw Error("rank " + std::to_string(rank) + " has another " + dashed(key) +
                        " than rank 0: " + compact(other.value(key, Json())) + ", not " + compact(value),
                    "start all ranks with the same command, version and data");
  }
}

void check_shares(const Ranks& ranks, int64_t batch) {
  const int64_t size = ranks.group->size();
  if (batch % size == 0 && batch / size >= 2) return;
  const int64_t less = std::max<int64_t>(2, batch / size) * size;
  throw UsageError("--batch " + std::to_string(batch) + " cannot be shared by " + counted(size, "rank") +
                       ", at least two images and as many for each",
                   "take --batch " + std::to_string(less) + " or " + std::to_string(less + size));
}

}  // namespace dcgan
