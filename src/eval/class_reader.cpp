#include "eval/class_reader.hpp"

#include <ATen/ATen.h>

namespace dcgan {

ClassReader::ClassReader(const at::Tensor& features, const at::Tensor& labels, int64_t classes) {
  constexpr double kRidge = 0.01, kLeast = 1e-12;
  const auto x = features.to(at::kDouble);
  mean_ = x.mean(0);
  scale_ = (x - mean_).square().mean(0).sqrt().clamp_min(kLeast);
  const auto a = with_constant(features);
  const auto ridge = kRidge * static_cast<double>(x.size(0)) * at::eye(a.size(1), a.options());
  const auto targets = at::one_hot(labels, classes).to(at::kDouble);
  weights_ = at::linalg_solve(at::mm(a.t(), a) + ridge, at::mm(a.t(), targets));
}

at::Tensor ClassReader::with_constant(const at::Tensor& features) const {
  const auto x = (features.to(at::kDouble) - mean_) / scale_;
  return at::cat({x, at::ones({x.size(0), 1}, x.options())}, 1);
}

at::Tensor ClassReader::operator()(const at::Tensor& features) const {
  return at::mm(with_constant(features), weights_).argmax(1);
}

double ClassReader::accuracy(const at::Tensor& features, const at::Tensor& labels) const {
  return (*this)(features).eq(labels).to(at::kDouble).mean().item<double>();
}

double accuracy_of_halves(const at::Tensor& features, const at::Tensor& labels, int64_t classes) {
  const int64_t half = features.size(0) / 2;
  const auto part = [&](const at::Tensor& t, bool second) { return t.narrow(0, second ? half : 0, half); };
  double sum = 0;
  for (const bool second : {false, true})
    sum += ClassReader(part(features, !second), part(labels, !second), classes)
               .accuracy(part(features, second), part(labels, second));
  return sum / 2;
}

}  // namespace dcgan
