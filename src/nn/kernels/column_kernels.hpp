// Inner loops that turn a strided convolution into a matrix product and back (channels-last memory). No torch: plain
// memory, one thread each; the caller splits the rows. Chellapilla et al. 2006, "High Performance Convolutional Neural
// Networks for Document Processing", section 3.
#pragma once

#include <cstdint>

#include "nn/kernels/bf16.hpp"

namespace dcgan {

/// A small map of `height` x `width` and the large one of twice its sides, which a kernel of 4 x 4, stride 2, padding 1
/// joins. A column matrix has a row a pixel of the small map and 4 x 4 x `channels` (of the large map) entries a row.
struct StrideGeometry {
  int64_t height, width, channels;
  int64_t row_entries() const { return 16 * channels; }
};

/// Fills the column matrix of rows [first, first + count) of small maps, counted over all images: each pixel gets the
/// 4 x 4 pixels of `large` that the kernel sees from there, zeros beyond the edge.
template <class T>
void gather_columns(const T* large, T* columns, int64_t first, int64_t count, const StrideGeometry& geometry);
/// The transpose: rows [first, first + count) of large maps, counted over all images, each the sum of all entries of
/// `columns` (the whole matrix) that stand for it. Sums are taken in float.
template <class T>
void scatter_columns(const T* columns, T* large, int64_t first, int64_t count, const StrideGeometry& geometry);

}  // namespace dcgan
