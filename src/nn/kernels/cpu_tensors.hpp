// What the CPU kernels of this room need of tensors: their memory by its type, and a split of rows among threads.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

#include "nn/kernels/bf16.hpp"

namespace dcgan {

template <class T>
T* memory(const at::Tensor& tensor) {
  return reinterpret_cast<T*>(tensor.data_ptr());
}

/// There are kernels for this tensor: it lies in the CPU's memory as fp32 or bf16.
inline bool has_kernels(const at::Tensor& x) {
  return x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

/// Calls body with a value of the element type.
template <class Body>
void by_type(const at::Tensor& x, const Body& body) {
  if (x.scalar_type() == at::kBFloat16)
    body(Bf16{});
  else
    body(float{});
}

/// Calls body(part, first row, count) for one part a thread, at once. The split depends on the number of threads alone.
void in_parts(int64_t rows, const std::function<void(int64_t, int64_t, int64_t)>& body);

}  // namespace dcgan
