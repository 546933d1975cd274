// Real or generated? Rounds of a quiz; what a picture is does not leave the server before it is guessed.
#pragma once

#include <cstdint>
#include <string>

#include "checkpoint/run_directory.hpp"
#include "core/random.hpp"
#include "pages/explorer.hpp"

namespace dcgan {

/// Any thread may call.
class Quiz {
 public:
  explicit Quiz(uint64_t seed) : seed_(seed) {}

  bool is_real(int64_t round) const { return draw_of(round).word(0) % 2 == 0; }
  /// The picture of a round as the bytes of a PNG file: one of the sheet of real ones that the run wrote, or a new
  /// image of its generator. Throws Error where that sheet is not of the run's pictures.
  std::string question(int64_t round, Explorer& explorer, const RunDirectory& run) const;

 private:
  Draw draw_of(int64_t round) const { return {seed_, Purpose::kQuiz, static_cast<uint64_t>(round)}; }

  const uint64_t seed_;
};

}  // namespace dcgan
