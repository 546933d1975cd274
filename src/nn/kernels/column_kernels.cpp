#include "nn/kernels/column_kernels.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace dcgan {
namespace {

constexpr int64_t kSide = 4;  // of the kernel

template <class T>
DCGAN_INLINE void gather_in(const T* large, T* columns, int64_t first, int64_t count, const StrideGeometry& g) {
  const int64_t c = g.channels, large_row = 2 * g.width * c;
  const auto bytes = [](int64_t entries) { return static_cast<size_t>(entries) * sizeof(T); };
  for (int64_t row = first; row < first + count; ++row)
    for (int64_t x = 0; x < g.width; ++x)
      for (int64_t ky = 0; ky < kSide; ++ky) {
        T* to = columns + ((row * g.width + x) * kSide + ky) * kSide * c;
        const int64_t y = 2 * (row % g.height) - 1 + ky;
        if (y < 0 || y >= 2 * g.height) {
          std::memset(to, 0, bytes(kSide * c));
          continue;
        }
        // Pixels 2x - 1 ... 2x + 2 lie one after another.
        const T* from = large + (row / g.height * 2 * g.height + y) * large_row + (2 * x - 1) * c;
        const int64_t begin = x == 0 ? c : 0, end = x == g.width - 1 ? (kSide - 1) * c : kSide * c;
        if (begin > 0) std::memset(to, 0, bytes(begin));
        std::memcpy(to + begin, from + begin, bytes(end - begin));
        if (end < kSide * c) std::memset(to + end, 0, bytes(kSide * c - end));
      }
}

template <class T>
DCGAN_INLINE void scatter_in(const T* columns, T* large, int64_t first, int64_t count, const StrideGeometry& g) {
  const int64_t c = g.channels, width = 2 * g.width * c, run = kSide * c;
  std::vector<float> sums(static_cast<size_t>(width + 2 * c));  // one pixel of edge on each side
  for (int64_t row = first; row < first + count; ++row) {
    const int64_t image = row / (2 * g.height), y = row % (2 * g.height);
    std::fill(sums.begin(), sums.end(), 0.0f);
    for (int64_t ky = (y + 1) % 2; ky < kSide; ky += 2) {
      const int64_t small_y = (y + 1 - ky) / 2;
      if (y + 1 < ky || small_y >= g.height) continue;
      const T* from = columns + ((image * g.height + small_y) * g.width * kSide + ky) * run;
      float* to = sums.data();
      for (int64_t x = 0; x < g.width; ++x, from += kSide * run, to += 2 * c)
        for (int64_t i = 0; i < run; ++i) to[i] += to_float(from[i]);
    }
    T* out = large + row * width;
    for (int64_t i = 0; i < width; ++i) put(sums[static_cast<size_t>(c + i)], out[i]);
  }
}

}  // namespace

#define DCGAN_KERNELS(T)                                                                                   \
  template <>                                                                                              \
  void gather_columns(const T* large, T* columns, int64_t first, int64_t count, const StrideGeometry& g) { \
    gather_in(large, columns, first, count, g);                                                            \
  }                                                                                                        \
  template <>                                                                                              \
  DCGAN_EACH_PROCESSOR void scatter_columns(const T* columns, T* large, int64_t first, int64_t count,      \
                                            const StrideGeometry& g) {                                     \
    scatter_in(columns, large, first, count, g);                                                           \
  }
DCGAN_KERNELS(float)
DCGAN_KERNELS(Bf16)
#undef DCGAN_KERNELS

}  // namespace dcgan
