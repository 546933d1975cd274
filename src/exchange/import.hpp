// Models that other programs wrote, as checkpoints of ours: for `sample`, `export` and `train --init-from`.
#pragma once

#include <vector>

#include "core/json.hpp"
#include "exchange/example_networks.hpp"
#include "exchange/weights_file.hpp"

namespace dcgan {

/// What a checkpoint of a model holds that was not trained here: tensors "generator.", "ema." and, unless there is
/// none, "discriminator.". As read_model_safetensors gives it, one of the first two may be missing.
struct ImportedModel {
  NetworkPlan plan;
  NamedTensors tensors;
  int64_t images_seen = 0;
  Json options = Json::object();      // of its data: fit, crop_at
  std::vector<std::string> notes;     // what else is to be said: numbers converted, what the files held beside it
  bool has_discriminator() const;
};

/// From one safetensors file of `dcgan export` (exchange/model_safetensors), or from files that hold the example's netG and, in
/// either order or in the same file, netD: see network_search. Its weights are taken for the moving average too. `keys`
/// choose among several: see ExampleNetwork::key. Throws Error naming the file, and UsageError where keys are missing,
/// name nothing, or leave a choice.
ImportedModel read_model(const std::vector<fs::path>& files, const std::vector<std::string>& keys = {});

/// "netG: a generator of 64 pixels and 3,576,704 numbers".
std::string described(const ExampleNetwork& network);
/// `dcgan import FILE`, with the keys that it needs, for one generator and the first discriminator.
std::string import_command(const std::vector<fs::path>& files, const std::vector<ExampleNetwork>& networks);

void write_checkpoint(const fs::path& path, const ImportedModel& model);

}  // namespace dcgan
