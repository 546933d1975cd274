// Inner loops of batch normalisation with its activation, over rows of channels (channels-last memory). No torch: plain
// memory, one thread each; the caller splits the rows. Ioffe and Szegedy 2015, algorithm 1 and section 3.
#pragma once

#include <cstdint>

#include "nn/kernels/bf16.hpp"

namespace dcgan {

/// What the loops need to know of one channel; arrays of `channels` each.
struct NormForward {
  const float *scale, *shift;  // normalised and affine: x * scale + shift
  float slope;                 // below zero: 0 is ReLU, 0.2 the paper's LeakyReLU
};
struct NormBackward {
  const float *scale, *shift, *mean;
  const float *of_gradient, *of_input, *constant;  // dx = of_gradient * g + of_input * x + constant
  float slope;
};

/// Adds the sums of x - offset and of its square over the rows, for every channel. `sum` and `squares` are double.
template <class T>
void add_moments(const T* x, int64_t rows, int64_t channels, const float* offset, double* sum, double* squares);
/// y = activation(x * scale + shift).
template <class T>
void normalise(const T* x, T* y, int64_t rows, int64_t channels, const NormForward& norm);
/// Adds the sums of g and of g (x - mean), g being `dy` through the activation.
template <class T>
void add_gradient_moments(const T* x, const T* dy, int64_t rows, int64_t channels, const NormBackward& norm,
                          double* sum, double* products);
/// dx as NormBackward says.
template <class T>
void input_gradient(const T* x, const T* dy, T* dx, int64_t rows, int64_t channels, const NormBackward& norm);

}  // namespace dcgan
