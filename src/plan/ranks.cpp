#include "plan/ranks.hpp"

#include "core/error.hpp"
#include "core/io/digest.hpp"
#include "core/log.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"
#include "step/device.hpp"
#include "step/gpu.hpp"

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
  const std::string device = ranks.launch.size == 1 ? "cpu" : device_of_rank(options.run.device, ranks.launch, ignored);
  Seal seal;
  if (const std::string& secret = ranks.launch.secret; !secret.empty())
    seal = [secret](std::string_view text) { return hmac_sha256_hex(secret, text); };
  ranks.group = join(ranks.launch, at::Device(device), options.run.ranks, seal);
  if (!ranks.is_alone())
    note("ranks: " + std::to_string(ranks.group->size()) + ", started by " + ranks.launch.launcher + ", which met at " +
         printable(ranks.launch.address) + ":" + std::to_string(ranks.launch.port) +
         (seal ? ", their messages sealed" : ""));
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

std::string device_of_rank(const std::string& asked, const Launch& launch, std::vector<std::string>& remarks) {
  if (launch.size == 1) return resolve_device(asked, remarks);
  std::vector<std::string> ignored;
  if (resolve_device(asked, ignored) == "cpu") return "cpu";
  if (asked.starts_with("cuda:"))
    throw UsageError(
        "--device " + asked + " is one GPU, and each of " + counted(launch.size, "rank") + " needs its own",
        "use --device cuda");
  const auto gpus = static_cast<int>(gpu_names().size());
  // A launcher that gives every process a GPU hides the others from it.
  if (gpus == 1 && !environment("CUDA_VISIBLE_DEVICES").empty()) return "cuda:0";
  if (launch.local_rank >= gpus)
    throw UsageError("rank " + std::to_string(launch.rank) + " has no GPU of its own: its machine has " +
                         counted(gpus, "GPU") + ", and it is number " + std::to_string(launch.local_rank) +
                         " there, from 0",
                     "start a process a GPU, or use --device cpu");
  return "cuda:" + std::to_string(launch.local_rank);
}

void check_agreement(Ranks& ranks, const Json& facts) {
  const auto all = ranks.group->gather(compact(facts), "comparing their options", Patience::kWhileAlive);
  const Json first = parse_json(all.front(), "rank 0's options");
  for (size_t rank = 1; rank < all.size(); ++rank) {
    const Json other = parse_json(all[rank], "another rank's options");
    for (const auto& [key, value] : first.items())
      if (other.value(key, Json()) != value)
        throw Error("rank " + std::to_string(rank) + " has another " + printable(dashed(key)) + " than rank 0: " +
                        printable(compact(other.value(key, Json()))) + ", not " + printable(compact(value)),
                    "start all ranks with the same command, version and data");
  }
}

void check_shares(const Ranks& ranks, int64_t batch, int64_t accumulate) {
  const int64_t size = ranks.group->size();
  if (size == 1 || (batch % (size * accumulate) == 0 && batch / size >= 2)) return;
  const int64_t least = std::max<int64_t>(2, accumulate) * size, step = accumulate * size;
  const int64_t less = std::max(least, batch / step * step);
  throw UsageError(
      "--batch " + std::to_string(batch) + " cannot be shared by " + counted(size, "rank") +
          ", at least two images and as many for each" +
          (accumulate > 1 ? ", in the " + std::to_string(accumulate) + " equal parts of --accumulate" : ""),
      "take --batch " + std::to_string(less) + " or " + std::to_string(less + step));
}

}  // namespace dcgan
