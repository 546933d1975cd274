// Plans of every architecture: the rows of the table, each with and without self-modulation, and two that are not
// shipped, which show what a description holds.
#pragma once

#include "support/architectures/r3gan.hpp"
#include "support/architectures/unet.hpp"
#include "support/networks.hpp"

namespace dcgan::test {

/// With `classes` only those whose networks can know them: neither of the two has a norm to hold them.
inline std::vector<NetworkPlan> plans_of_every_architecture(Size size, int64_t channels = 3, int64_t classes = 0) {
  auto names = architecture_names();
  if (classes == 0) names.push_back(kR3Gan.name), names.push_back(kUnet.name);
  add_architecture(kR3Gan), add_architecture(kUnet);
  std::vector<NetworkPlan> plans;
  for (const std::string& name : names) {
    NetworkPlan plan = small_plan(size, channels);
    plan.options.arch = name, plan.classes = classes;
    if (name == kUnet.name) plan.options.latent = channels * size.width * size.height;
    for (int64_t c = 0; c < classes; ++c) plan.class_names.push_back("class " + std::to_string(c));
    plans.push_back(plan);
    plan.options.self_modulation = name != kR3Gan.name && name != kUnet.name;
    if (plan.options.self_modulation) plans.push_back(plan);
  }
  return plans;
}

}  // namespace dcgan::test
