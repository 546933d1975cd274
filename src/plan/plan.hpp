// The plan of a run: every option resolved, nothing left to decide. Made once from options and data, then
// only read. No torch.
#pragma once

#include <optional>
#include <string>

#include "core/platform/io/file.hpp"
#include "dataset/pixels.hpp"
#include "plan/options.hpp"
#include "telemetry/console.hpp"

namespace dcgan {

struct TrainPlan {
  AllOptions options;  // no "auto" left but those of places: the cache, and a model that ships
  NetworkPlan network;
  std::optional<fs::path> beginning;  // model whose weights a new run begins with, instead of random ones
  std::string data;                   // the path as given, made absolute
  std::string data_identity;
  int64_t data_images = 0;
  std::vector<std::string> remarks;  // what "auto" chose and why, and other things to know

  /// Images seen at which the run is complete; nothing when only time or a signal ends it.
  std::optional<int64_t> total_images() const;
  Goal goal() const { return {total_images(), options.length.time}; }
};

/// Resolves everything but the device, which is resolved (step/device), against the data. Throws UsageError for two
/// lengths and for options that conflict, and Error when the batch does not fit into memory (plan/fit).
TrainPlan make_plan(AllOptions options, const std::string& data_path, const Dataset& dataset);

/// Version of the meaning of config.json.
inline constexpr int kRunVersion = 1;

/// Options as they are stored in config.json and in checkpoints.
Json options_json(AllOptions options);
/// config.json: options resolved, and the data they were resolved against.
Json config_json(const TrainPlan& plan);

}  // namespace dcgan
