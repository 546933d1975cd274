// How fast the ranks exchange: said at the start of a run.
#pragma once

#include "dist/group.hpp"

namespace dcgan {

struct ExchangeSpeed {
  double latency = 0;           // seconds for the sum of one number
  double seconds = 0;           // for the sum of all `numbers`
  double bytes_per_second = 0;  // of those, as one rank sees them
};

/// Of sums of float32 numbers, the median of a few. All ranks.
ExchangeSpeed measure_exchange(Group& group, int64_t numbers, const at::Device& device);

}  // namespace dcgan
