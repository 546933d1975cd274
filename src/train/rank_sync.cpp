#include "train/rank_sync.hpp"

#include <csignal>

#include "core/error.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "dist/speed.hpp"

namespace dcgan {

void share_beginning(Group& group, Trainer& trainer, Watch& watch, int64_t& saved_images) {
  if (group.size() == 1) return;
  trainer.share_state();
  const Json own = {{"position", trainer.position()}, {"watch", watch.state()}, {"saved", saved_images}};
  const Json shared = parse_json(group.share(compact(own), "the beginning", Patience::kWhileAlive), "rank 0");
  if (group.is_first()) return;
  trainer.set_position(required<Json>(shared, "position", "rank 0"), "rank 0");
  watch.set_state(required<Json>(shared, "watch", "rank 0"), "rank 0");
  saved_images = required<int64_t>(shared, "saved", "rank 0");
}

void share_statistics(Group& group, const GeneratorNetImpl& generator) {
  if (group.size() == 1) return;
  for (const auto& buffer : generator.buffers()) group.share(buffer);
}

RunEvent measured_exchange(Group& group, Trainer& trainer, const at::Device& device) {
  int64_t numbers = 0;
  for (const auto* network : {&static_cast<const torch::nn::Module&>(*trainer.generator()),
                              &static_cast<const torch::nn::Module&>(*trainer.discriminator())})
    for (const auto& parameter : network->parameters()) numbers += parameter.numel();
  const ExchangeSpeed speed = measure_exchange(group, numbers, device);
  return {.kind = "ranks",
          .images = trainer.images(),
          .facts = {{"ranks", group.size()},
                    {"gradient_bytes", numbers * 4},
                    {"exchange_seconds", speed.seconds},
                    {"latency_seconds", speed.latency},
                    {"bytes_per_second", speed.bytes_per_second}},
          .line = "ranks: " + std::to_string(group.size()) + " exchange the gradients of a step, " +
                  bytes_text(static_cast<double>(4 * numbers)) + ", in " + fixed_text(1000 * speed.seconds, 1) +
                  " ms (" + bytes_text(speed.bytes_per_second) + "/s, latency " + fixed_text(1000 * speed.latency, 2) +
                  " ms)"};
}

int common_signal(Group& group, const StopRequests& requests) {
  const auto all = group.gather(std::to_string(stop_signal()), "the end", Patience::kWhileAlive);
  if (requests.interrupt) return SIGINT;
  for (const auto& told : all)
    if (told != "0") return std::stoi(told);
  return SIGTERM;
}

void throw_failure(Group& group, const std::exception_ptr& failure) {
  std::string own;
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    own = error.what();
  }
  const auto all = group.gather(own, "the end", Patience::kWhileAlive);
  if (failure) std::rethrow_exception(failure);
  for (size_t rank = 0; rank < all.size(); ++rank)
    if (!all[rank].empty()) throw Error("rank " + std::to_string(rank) + " cannot go on: " + all[rank]);
  throw Error("another rank cannot go on");
}

}  // namespace dcgan
