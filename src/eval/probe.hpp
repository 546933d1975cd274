// How much features say of the classes, by a linear classifier on a few labels.
#pragma once

#include <ATen/core/Tensor.h>

namespace dcgan {

/// Ridge regression onto one column a class (1 for its own images, else -1), the largest is the answer: a least-squares
/// support vector machine (Suykens and Vandewalle 1999). Features are standardised. The weight of the ridge is the one
/// of 10^-4 to 10^4 (times the mean eigenvalue) with which most of the labelled images are read rightly by what all
/// others teach: leave-one-out cross-validation, which has a closed form (Golub, Heath and Wahba 1979); of several the
/// largest. Solved by the eigenvectors of the N x N products: made for up to some thousands of labels and any number of
/// features. Deterministic, float64.
class LinearProbe {
 public:
  /// features [N, F], labels int64 [N] below `classes`. Throws Error for fewer than two of a class, or two classes.
  LinearProbe(const at::Tensor& features, const at::Tensor& labels, int64_t classes);
  /// int64 [N].
  at::Tensor operator()(const at::Tensor& features) const;
  double accuracy(const at::Tensor& features, const at::Tensor& labels) const;
  double ridge() const { return ridge_; }
  /// Share of the labelled images that are read rightly by what the others teach.
  double cross_validated() const { return cross_validated_; }

 private:
  at::Tensor standardised(const at::Tensor& features) const;
  at::Tensor mean_, scale_, weights_, offset_;  // [F], [F], [F, classes], [classes]
  double ridge_ = 0, cross_validated_ = -1;
};

/// Counts [classes, classes]: row its own class, column what it was read as.
at::Tensor confusion(const at::Tensor& labels, const at::Tensor& read_as, int64_t classes);

}  // namespace dcgan
