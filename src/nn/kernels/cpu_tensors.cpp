#include "nn/kernels/cpu_tensors.hpp"

#include <ATen/Parallel.h>
#include <ATen/TensorIterator.h>
#include <ATen/ops/arange.h>

#include <algorithm>

namespace dcgan {

// at::parallel_for is a template that is serial in a unit compiled without OpenMP, and to compile with it is to link a
// second OpenMP beside LibTorch's own. A walk over the numbers of the parts runs inside LibTorch, in its threads.
void in_parts(int64_t rows, const std::function<void(int64_t, int64_t, int64_t)>& body) {
  constexpr int64_t kMost = 1024;  // threads that may be asked for
  static const at::Tensor all = at::arange(kMost, at::kLong);
  const int64_t parts = std::min({int64_t{at::get_num_threads()}, rows, kMost});
  auto numbers = all.narrow(0, 0, parts);
  auto walk = at::TensorIterator::nullary_op(numbers);
  const auto inner = [&](char** data, const int64_t* strides, int64_t count, int64_t) {
    for (int64_t i = 0; i < count; ++i) {
      const int64_t part = *reinterpret_cast<const int64_t*>(data[0] + i * strides[0]);
      const int64_t first = part * rows / parts;
      body(part, first, (part + 1) * rows / parts - first);
    }
  };
  walk.for_each(at::TensorIteratorBase::loop2d_t(inner), 1);
}

}  // namespace dcgan
