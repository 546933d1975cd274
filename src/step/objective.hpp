// What a run's two networks minimise: its loss, with smoothing and penalties, put together from the options.
#pragma once

#include "nn/network.hpp"
#include "step/losses.hpp"
#include "step/options.hpp"
#include "step/penalties.hpp"

namespace dcgan {

/// What "auto" means for the loss that was chosen. Throws UsageError naming both of two options that exclude one
/// another: a smoothing without targets.
ObjectiveOptions resolve_objective(ObjectiveOptions options);

/// Is D's gradient penalised at all? `options` are resolved.
bool has_penalty(const ObjectiveOptions& options);

/// Does D(G(z)) say how sure D is? Not for a loss without probabilities, and not where a penalty keeps D's slope small:
/// there D never gets sure, however far ahead it is. `options` are resolved.
bool tells_how_sure(const ObjectiveOptions& options);

/// Throws UsageError naming both options when a penalty on D's gradients meets a D with BatchNorm: there an image's
/// logit depends on the others of its batch. `options` are resolved; `other` says where BatchNorm comes from.
void check_penalties(const ObjectiveOptions& options, const NetworkOptions& network,
                     const std::string& other = "--norm-d batch");

class Objective {
 public:
  explicit Objective(const ObjectiveOptions& options)
      : options_(resolve_objective(options)), loss_(loss_named(options.loss)) {}

  const Loss& loss() const { return loss_; }
  DiscriminatorLoss discriminator(const at::Tensor& real, const at::Tensor& fake) const {
    return loss_.discriminator(real, fake, *options_.label_smoothing);
  }
  at::Tensor generator(const at::Tensor& real, const at::Tensor& fake) const { return loss_.generator(real, fake); }

  bool mixes() const { return *options_.gradient_penalty > 0; }
  /// How many steps there are from one turn of R1 and R2 to the next; 0: they have none.
  int64_t lazy_every() const { return options_.r1 > 0 || options_.r2 > 0 ? options_.penalty_every : 0; }
  /// Do R1 and R2 have their turn in step number `step`?
  bool is_lazy_turn(int64_t step) const { return lazy_every() > 0 && step % lazy_every() == 0; }
  /// The sum of the penalties; `lazy`: R1 and R2 have their turn, whose weights are multiplied with `level`, a number
  /// on the device. `mix` as gradient_penalty() takes it.
  at::Tensor penalty(const Critic& critic, const at::Tensor& real, const at::Tensor& fake, const at::Tensor& mix,
                     bool lazy, const at::Tensor& level = {}) const;

  /// Share of real images that D takes for real, and of generated ones that it takes for generated. For a loss that
  /// compares, both are the share of pairs in the right order.
  struct Accuracy {
    at::Tensor real, fake;
  };
  Accuracy accuracy(const at::Tensor& real, const at::Tensor& fake) const;

 private:
  ObjectiveOptions options_;
  const Loss& loss_;
};

}  // namespace dcgan
