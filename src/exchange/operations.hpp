// A trained generator as what every exported file is made of, whether it comes from a network or from an export.
#pragma once

#include <string>
#include <vector>

#include "core/json.hpp"
#include "exchange/generator.hpp"
#include "nn/layers.hpp"

namespace dcgan {

struct GeneratorOperations {
  Layers layers;  // float32, on any device
  GeneratorInfo info;
  std::string arch;
  at::ScalarType numbers = at::kFloat;    // those that the file keeps them in
  std::vector<at::Tensor> counters = {};  // of batches, a BatchNorm each; none of an export, which has none
  Json network = {};                      // plan_to_json; null of exports from before it was written down

  /// As nn/generator makes them in evaluation mode.
  at::Tensor images(const at::Tensor& z, const at::Tensor& y) const;
};

/// Of the network as it is in evaluation mode.
GeneratorOperations operations_of(GeneratorNet net, const GeneratorInfo& info);

/// Of MODEL: all that open_generator opens without running a program of another.
GeneratorOperations load_operations(const fs::path& model, const ModelChoice& choice = {});

}  // namespace dcgan
