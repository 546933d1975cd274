// What a user sees while a data set is opened: a line that counts what is decoded, and what was left out.
#pragma once

#include "dataset/pixels.hpp"

namespace dcgan {

/// The line, where there is a terminal; it is wiped at the end.
class DecodeLine {
 public:
  DecodeLine();
  ~DecodeLine();
  DecodeLine(const DecodeLine&) = delete;
  DecodeLine& operator=(const DecodeLine&) = delete;
  DecodeProgress progress();

 private:
  bool terminal_, drawn_ = false;
};

/// Names the first of those that were left out, and how many they are.
void warn_of_skipped(const PixelsInfo& info);

}  // namespace dcgan
