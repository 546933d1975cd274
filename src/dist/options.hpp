// Options of several processes. No torch.
#pragma once

#include "core/options.hpp"

namespace dcgan {

struct GroupOptions {
  double timeout = 120;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("rank-timeout", timeout,
          "how long one of several processes waits for another that does not arrive or respond",
          within(5, 86400, "seconds"))
        .may_change();
  }
};

}  // namespace dcgan
