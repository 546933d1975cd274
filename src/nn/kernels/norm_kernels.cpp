#include "nn/kernels/norm_kernels.hpp"

#include <algorithm>

// Sums run over short blocks in float and over blocks in double.
namespace dcgan {
namespace {

constexpr int64_t kTile = 64;   // channels whose sums stay in registers
constexpr int64_t kBlock = 64;  // rows that are summed in float

/// Calls add(row pointer offset, first channel, j, sum, other) over tiles of channels and blocks of rows.
template <class Add>
DCGAN_INLINE void sum_rows(int64_t rows, int64_t channels, double* first, double* second, const Add& add) {
  for (int64_t c = 0; c < channels; c += kTile)
    for (int64_t start = 0; start < rows; start += kBlock) {
      const int64_t end = std::min(rows, start + kBlock), width = std::min(kTile, channels - c);
      float a[kTile] = {}, b[kTile] = {};
      if (width == kTile)
        for (int64_t row = start; row < end; ++row)
          for (int64_t j = 0; j < kTile; ++j) add(row * channels + c + j, c + j, a[j], b[j]);
      else
        for (int64_t row = start; row < end; ++row)
          for (int64_t j = 0; j < width; ++j) add(row * channels + c + j, c + j, a[j], b[j]);
      for (int64_t j = 0; j < width; ++j)
        first[c + j] += static_cast<double>(a[j]), second[c + j] += static_cast<double>(b[j]);
    }
}

template <class T>
DCGAN_INLINE void add_moments_in(const T* x, int64_t rows, int64_t channels, const float* offset, double* sum,
                                 double* squares) {
  sum_rows(
      rows, channels, sum, squares, [=](int64_t at, int64_t c, float& a, float& b) __attribute__((always_inline)) {
        const float d = to_float(x[at]) - offset[c];
        a += d, b += d * d;
      });
}

template <class T>
DCGAN_INLINE void normalise_in(const T* __restrict x, T* __restrict y, int64_t rows, int64_t channels,
                               const NormForward& norm) {
  const float* __restrict scale = norm.scale, * __restrict shift = norm.shift;
  const float slope = norm.slope;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t c = 0; c < channels; ++c) {
      const float t = to_float(x[row * channels + c]) * scale[c] + shift[c];
      put(t > 0 ? t : t * slope, y[row * channels + c]);
    }
}

template <class T>
DCGAN_INLINE void add_gradient_moments_in(const T* x, const T* dy, int64_t rows, int64_t channels,
                                          const NormBackward& norm, double* sum, double* products) {
  const float *scale = norm.scale, *shift = norm.shift, *mean = norm.mean, slope = norm.slope;
  sum_rows(
      rows, channels, sum, products, [=](int64_t at, int64_t c, float& a, float& b) __attribute__((always_inline)) {
        const float value = to_float(x[at]), gradient = to_float(dy[at]);
        const float g = value * scale[c] + shift[c] > 0 ? gradient : gradient * slope;
        a += g, b += g * (value - mean[c]);
      });
}

template <class T>
DCGAN_INLINE void input_gradient_in(const T* __restrict x, const T* __restrict dy, T* __restrict dx, int64_t rows,
                                    int64_t channels, const NormBackward& norm) {
  const float* __restrict scale = norm.scale, * __restrict shift = norm.shift;
  const float* __restrict a = norm.of_gradient, * __restrict b = norm.of_input, * __restrict d = norm.constant;
  const float slope = norm.slope;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t c = 0; c < channels; ++c) {
      const int64_t at = row * channels + c;
      const float value = to_float(x[at]), gradient = to_float(dy[at]);
      const float g = value * scale[c] + shift[c] > 0 ? gradient : gradient * slope;
      put(a[c] * g + b[c] * value + d[c], dx[at]);
    }
}

}  // namespace

#define DCGAN_KERNELS(T)                                                                                              \
  template <>                                                                                                         \
  DCGAN_EACH_PROCESSOR void add_moments(const T* x, int64_t rows, int64_t channels, const float* offset, double* sum, \
                                        double* squares) {                                                            \
    add_moments_in(x, rows, channels, offset, sum, squares);                                                          \
  }                                                                                                                   \
  template <>                                                                                                         \
  DCGAN_EACH_PROCESSOR void normalise(const T* x, T* y, int64_t rows, int64_t channels, const NormForward& norm) {    \
    normalise_in(x, y, rows, channels, norm);                                                                         \
  }                                                                                                                   \
  template <>                                                                                                         \
  DCGAN_EACH_PROCESSOR void add_gradient_moments(const T* x, const T* dy, int64_t rows, int64_t channels,             \
                                                 const NormBackward& norm, double* sum, double* products) {           \
    add_gradient_moments_in(x, dy, rows, channels, norm, sum, products);                                              \
  }                                                                                                                   \
  template <>                                                                                                         \
  DCGAN_EACH_PROCESSOR void input_gradient(const T* x, const T* dy, T* dx, int64_t rows, int64_t channels,            \
                                           const NormBackward& norm) {                                                \
    input_gradient_in(x, dy, dx, rows, channels, norm);                                                               \
  }
DCGAN_KERNELS(float)
DCGAN_KERNELS(Bf16)
#undef DCGAN_KERNELS

}  // namespace dcgan
