#include "train/losses.hpp"

#include <ATen/ops/softplus.h>

namespace dcgan {

// -log sigmoid(l) = softplus(-l) and -log(1 - sigmoid(l)) = softplus(l): no overflow, no log of zero.
// The smoothed loss is softplus(-l) + s l, because softplus(l) - softplus(-l) = l.
at::Tensor real_bce(const at::Tensor& logits, double smoothing) {
  const auto loss = at::softplus(-logits);
  return (smoothing == 0 ? loss : loss.add(logits, smoothing)).mean();
}
at::Tensor fake_bce(const at::Tensor& logits) { return at::softplus(logits).mean(); }
at::Tensor generator_bce(const at::Tensor& logits) { return at::softplus(-logits).mean(); }

}  // namespace dcgan
