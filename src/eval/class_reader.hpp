// Reads an image's class from its features: whether a conditional generator draws what it is asked for. Not a good
// classifier, but one that needs no training beyond a system of equations and is the same for everyone who has the
// data.
#pragma once

#include <ATen/core/Tensor.h>

namespace dcgan {

/// Ridge regression of features onto classes (one column a class, 1 for an image's own and 0 else), the largest column
/// is the answer. Hoerl and Kennard 1970, "Ridge regression". Features are standardised; the weight of the ridge is a
/// hundredth of the number of images.
class ClassReader {
 public:
  /// features [N, F]; labels int64 [N], 0 .. classes - 1.
  ClassReader(const at::Tensor& features, const at::Tensor& labels, int64_t classes);
  /// int64 [N].
  at::Tensor operator()(const at::Tensor& features) const;
  /// Share of `features` that are read as `labels`.
  double accuracy(const at::Tensor& features, const at::Tensor& labels) const;

 private:
  at::Tensor with_constant(const at::Tensor& features) const;
  at::Tensor mean_, scale_, weights_;  // float64
};

/// Of one half of labelled images read by what the other half taught, both ways: what a perfect generator would get.
double accuracy_of_halves(const at::Tensor& features, const at::Tensor& labels, int64_t classes);

}  // namespace dcgan
