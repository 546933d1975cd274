#include "train/losses.hpp"

#include <ATen/ops/softplus.h>

namespace dcgan {

// -log sigmoid(l) = softplus(-l) and -log(1 - sigmoid(l)) = softplus(l): no overflow, no log of zero.
at::Tensor real_bce(const at::Tensor& logits) { return at::softplus(-logits).mean(); }
at::Tensor fake_bce(const at::Tensor& logits) { return at::softplus(logits).mean(); }
at::Tensor generator_bce(const at::Tensor& logits) { return at::softplus(-logits).mean(); }

}  // namespace dcgan
