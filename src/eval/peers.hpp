// Figures under the names that other programs have for them: which comparison may bear which. A name is given only to
// what that program computes under it: the network, how images are resized, how many there are of each side.
#pragma once

#include <string>
#include <vector>

#include "eval/features.hpp"

namespace dcgan {

struct PeerFigure {
  enum class Measure { kFid, kKid, kPrecision, kRecall };  // KID over subsets; the others of three neighbours
  std::string name;
  Measure measure;
};

/// What was compared.
struct PeerCounts {
  int64_t generated = 0, real = 0;
  bool is_whole = false;  // `real` are all pictures of the data, none held out
};

std::vector<PeerFigure> peer_figures(const FeatureInfo& network, const PeerCounts& counts);

}  // namespace dcgan
