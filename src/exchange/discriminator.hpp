// The other network of a model, for what wants its opinion.
#pragma once

#include "exchange/generator.hpp"
#include "nn/discriminator.hpp"

namespace dcgan {

/// The discriminator that stands beside `generator` in the same file of `model`, in evaluation mode. Throws UsageError
/// when there is none: of a generator that was imported or exported alone.
DiscriminatorNet load_discriminator(const fs::path& model, const LoadedNetwork& generator,
                                    const std::string& at = "best");
/// The same, empty where there is none.
DiscriminatorNet find_discriminator(const fs::path& model, const LoadedNetwork& generator,
                                    const std::string& at = "best");

}  // namespace dcgan
