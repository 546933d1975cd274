// Options of several processes. No torch.
#pragma once

#include "core/options.hpp"

namespace dcgan {

struct GroupOptions {
  double timeout = 120;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("rank-timeout", timeout,
          "how long a process of several waits for one that does not come, or gives no sign of life",
          within(5, 86400, "seconds"))
        .may_change();
  }
};

}  // namespace dcgan
