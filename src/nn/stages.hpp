// A network at a smaller size than its own: the layers of its description that make, or judge, images of a half, a
// quarter ... of its sides. Weights keep their names, so that a network trained at one size goes on at another.
// Which sizes there are an architecture says (NetworkBuilder::mark_size). No torch.
#pragma once

#include "nn/description.hpp"

namespace dcgan {

/// The generator whose images are those that `whole` makes at its sides over 2^halvings. `whole` itself for 0.
/// Throws std::logic_error where it makes none there.
NetworkDescription generator_at(const NetworkDescription& whole, int64_t halvings);
/// The discriminator that takes such images; what `whole` sees in larger ones is left out of its sums.
NetworkDescription discriminator_at(const NetworkDescription& whole, int64_t halvings);

}  // namespace dcgan
