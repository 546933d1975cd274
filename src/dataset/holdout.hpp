// Pictures that training never sees, for measuring what it made. Which they are is decided by what they show alone:
// copies of one picture fall on one side, whatever their files are called and however they are stored, and pictures
// that are added or removed move no other. Not for checks by class (dataset/classes).
#pragma once

#include "dataset/pixels.hpp"

namespace dcgan {

/// Moves about `fraction` (above 0, to 0.5) of the pictures from `dataset.pixels` to `dataset.held_out`. A smaller
/// fraction holds out some of what a larger one does. What is stored in packs costs a look at a table; pixels that are
/// not kept are decoded once more, on `threads` threads. Throws UsageError when one side has fewer than two pictures.
void hold_out(Dataset& dataset, double fraction, int64_t threads, const DecodeProgress& progress);

}  // namespace dcgan
