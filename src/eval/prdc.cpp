#include "eval/prdc.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "core/platform/signals.hpp"
#include "eval/neighbours.hpp"

namespace dcgan {

Prdc prdc(const at::Tensor& generated, const at::Tensor& generated_radii, const at::Tensor& real,
          const at::Tensor& real_radii, int64_t k) {
  const at::NoGradGuard no_grad;
  check_features(generated, real);
  const int64_t m = generated.size(0), n = real.size(0);
  int64_t precise = 0, inside = 0;
  auto recalled = at::zeros({n}, at::kBool), covered = at::zeros({n}, at::kBool);
  for (const Range rows : blocks_of(m)) {
    throw_if_stopped("while balls were counted");
    const auto a = block(generated, rows);
    const auto own = generated_radii.slice(0, rows.first, rows.end).unsqueeze(1);
    auto balls = at::zeros({a.size(0)}, at::kLong);  // real ones that each generated image lies in
    for (const Range columns : blocks_of(n)) {
      const auto distances = squared_distances(a, block(real, columns));
      const auto in_real = distances <= real_radii.slice(0, columns.first, columns.end).unsqueeze(0);
      balls += in_real.sum(1);
      covered.slice(0, columns.first, columns.end).logical_or_(in_real.any(0));
      recalled.slice(0, columns.first, columns.end).logical_or_((distances <= own).any(0));
    }
    precise += balls.gt(0).sum().item<int64_t>();
    inside += balls.sum().item<int64_t>();
  }
  const auto share = [](int64_t part, int64_t of) { return static_cast<double>(part) / static_cast<double>(of); };
  return {share(precise, m), share(recalled.sum().item<int64_t>(), n), share(inside, m * k),
          share(covered.sum().item<int64_t>(), n), k};
}

}  // namespace dcgan
