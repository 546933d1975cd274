#include "eval/probe.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <vector>

#include "core/error.hpp"

namespace dcgan {

LinearProbe::LinearProbe(const at::Tensor& features, const at::Tensor& labels, int64_t classes) {
  const auto counts = at::bincount(labels, {}, classes);
  if (counts.gt(0).sum().item<int64_t>() < 2 || (counts.eq(1)).any().item<bool>())
    throw Error("a probe needs two classes at least, and two labelled pictures of each", "raise --labels");
  constexpr double kLeast = 1e-6;
  const auto x = features.to(at::kDouble);
  mean_ = x.mean(0);
  scale_ = (x - mean_).square().mean(0).sqrt().clamp_min(kLeast) * std::sqrt(static_cast<double>(x.size(1)));
  const auto z = standardised(features);
  const auto y = 2 * at::one_hot(labels, classes).to(at::kDouble) - 1;
  // A constant feature of 1 beside the others: what is the same for all images.
  const auto [values, vectors] = at::linalg_eigh(at::mm(z, z.t()) + 1);
  const auto turned = at::mm(vectors.t(), y);
  const double unit = values.mean().item<double>();
  at::Tensor best;
  for (int power = -8; power <= 8; ++power) {
    const double ridge = unit * std::pow(10.0, power / 2.0);
    const auto inverse = (values.clamp_min(0) + ridge).reciprocal();
    const auto dual = at::mm(vectors * inverse, turned);
    const auto diagonal = (vectors.square() * inverse).sum(1, true);
    const double right = (y - dual / diagonal).argmax(1).eq(labels).to(at::kDouble).mean().item<double>();
    if (right >= cross_validated_) cross_validated_ = right, ridge_ = ridge, best = dual;
  }
  weights_ = at::mm(z.t(), best);
  offset_ = best.sum(0);
}

at::Tensor LinearProbe::standardised(const at::Tensor& features) const {
  return (features.to(at::kDouble) - mean_) / scale_;
}

at::Tensor LinearProbe::operator()(const at::Tensor& features) const {
  constexpr int64_t kPart = 1024;
  std::vector<at::Tensor> parts;
  for (const auto& part : features.split(kPart))
    parts.push_back((at::mm(standardised(part), weights_) + offset_).argmax(1));
  return at::cat(parts);
}

double LinearProbe::accuracy(const at::Tensor& features, const at::Tensor& labels) const {
  return (*this)(features).eq(labels).to(at::kDouble).mean().item<double>();
}

at::Tensor confusion(const at::Tensor& labels, const at::Tensor& read_as, int64_t classes) {
  return at::bincount(labels * classes + read_as, {}, classes * classes).view({classes, classes});
}

}  // namespace dcgan
