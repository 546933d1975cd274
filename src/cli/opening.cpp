#include "cli/opening.hpp"

#include <algorithm>
#include <cstdio>

#include "core/log.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"

namespace dcgan {

DecodeLine::DecodeLine() : terminal_(stderr_is_terminal()) {}

DecodeLine::~DecodeLine() {
  if (drawn_) std::fprintf(stderr, "\r\x1b[K");
}

DecodeProgress DecodeLine::progress() {
  return [this](int64_t done, int64_t of) {
    if (!terminal_) return;
    drawn_ = true;
    if (of == 0)
      std::fprintf(stderr, "\rwaiting for another process that decodes the same pictures\x1b[K");
    else
      std::fprintf(stderr, "\rdecoding %s of %s files\x1b[K", with_commas(done).c_str(), with_commas(of).c_str());
  };
}

void warn_of_skipped(const PixelsInfo& info) {
  constexpr size_t kNamed = 5;
  for (size_t i = 0; i < std::min(kNamed, info.skipped.size()); ++i)
    warn("skipped '" + info.skipped[i].name + "': " + info.skipped[i].reason);
  if (info.skipped.size() > kNamed)
    warn(counted(static_cast<int64_t>(info.skipped.size()), "file") +
         " skipped in all; `dcgan doctor` names every one");
}

}  // namespace dcgan
