// The state of a run and its one step: a batch in, new weights and a contribution to the next record out.
// Not here: when to log, to draw or to save (train/run).
#pragma once

#include <ATen/core/Tensor.h>

#include "dataset/loader.hpp"
#include "dist/gradient_mean.hpp"
#include "nn/discriminator.hpp"
#include "nn/generator.hpp"
#include "nn/named_tensors.hpp"
#include "nn/precision.hpp"
#include "step/adam.hpp"
#include "step/augment.hpp"
#include "step/gpu.hpp"
#include "step/inputs.hpp"
#include "step/objective.hpp"
#include "step/options.hpp"
#include "telemetry/record.hpp"

namespace dcgan {

/// Threads and memory of the process, settled once before the first Trainer is made. Throws Error where the system does
/// not give so many threads.
void settle_process(int64_t threads);

/// What a rank wants all to do after a step. Any rank's request is everyone's.
struct StopRequests {
  bool interrupt = false, terminate = false;  // it got SIGINT, or another signal that ends
  bool time_is_up = false;
  bool fails = false;  // it cannot take the step after this one
};

class Trainer {
 public:
  /// Networks with initial weights drawn from options.seed. `batch` and `precision` must be resolved. On a GPU it
  /// belongs to the thread that makes it. With a group of several ranks each has its share of every batch, and all do
  /// the same steps; without one it is alone.
  Trainer(const NetworkPlan& plan, const TrainOptions& options, at::Device device, const GpuOptions& gpu = {},
          std::shared_ptr<Group> group = alone());

  /// One alternating step. Order: D on real, D on generated, D's update, G through the updated D, G's
  /// update; D stays in training mode throughout and G's step computes no gradient for D's weights. With critic steps
  /// above 1 G's part comes in every so many steps only. Radford et al. 2015; Goodfellow et al. 2014, algorithm 1.
  /// `batch` is this rank's share; shares are of one size. On a GPU it returns before the GPU is done, if it is alone.
  /// The requests of all ranks.
  StopRequests step(const Batch& batch, const StopRequests& requests = {});

  /// On a GPU: steps are replayed from a recording by now.
  bool is_recorded() const { return gpu_ && gpu_->is_recorded(); }

  int64_t images() const { return images_; }
  /// Sides of the images that a step from this position learns at: the networks' own, or smaller ones that come first.
  Size size_from(int64_t first_image) const;
  int64_t steps() const { return steps_; }
  /// Steps since the last record.
  int64_t steps_in_record() const { return steps_in_record_; }
  /// Means since the last record go into `record`, and the sums start anew. On a GPU this waits for it.
  void take_record(Record& record);

  /// Real images as D sees them at this position: augmented, with noise. [N, C, H, W]; undefined when it sees them as
  /// they are.
  at::Tensor real_as_d_sees(const Batch& batch) const;

  /// The generator that is shown and exported: the moving average, statistics recomputed.
  GeneratorNet evaluation_generator();

  /// Everything that a checkpoint must hold; `evaluation` is what evaluation_generator() gave.
  NamedTensors state(const GeneratorNetImpl& evaluation) const;
  /// Takes the state back; `origin` says where it is from. Throws Error naming what does not fit.
  void load(NamedTensors stored, const std::string& origin);
  /// Takes the weights of both networks and of the average, and BatchNorm's statistics, from another run's state.
  /// Everything else stays at its beginning, a discriminator that is not there too.
  void take_weights(const NamedTensors& stored, const std::string& origin);
  /// After load() of an earlier state: goes on at the position of now, with half the step sizes.
  void count_rollback();
  int64_t rollbacks() const { return rollbacks_; }
  /// All ranks: the first one's whole state for all.
  void share_state();
  /// All ranks: BatchNorm's running statistics become the means of all ranks' ones. Weights do not depend on them.
  void average_statistics();
  /// Position for the checkpoint's head, and back.
  Json position() const;
  void set_position(const Json& meta, const std::string& origin);

  /// Weights of both networks and their gradients of the last step: "weights/generator.0.weight",
  /// "gradients/discriminator.0.weight" and so on.
  NamedTensors weights_and_gradients() const;

  GeneratorNet& generator() { return generator_; }
  DiscriminatorNet& discriminator() { return discriminator_; }

 private:
  /// What a step consists of. Steps of one kind launch the same kernels.
  struct StepKind {
    bool updates_g = true, is_lazy_turn = false;
    int number() const { return 2 * updates_g + is_lazy_turn; }
  };
  /// A part of a batch that is computed at once (--accumulate), and what was generated for it.
  struct MicroBatch {
    at::Tensor real, z, classes, fake, mix;
    at::Tensor augment, noise;  // one for each DiscriminatorPass, see StepInputs
  };
  /// What the update of one network says of itself. Undefined where there was none.
  struct Update {
    at::Tensor figures;  // float64, one place a StepFigure, 0 where it is the other network's
    at::Tensor norm;     // of the gradients, a scalar
  };

  void use_own_stream() const;
  StepKind next_kind() const;
  /// How often the sides are halved at which the step from this position learns.
  int64_t halvings_from(int64_t first_image) const;
  /// Both networks, what learns of them, and its gradients are those of this stage from now on.
  void use_stage(int64_t halvings);

  // The phases of a step (step/alternate.cpp).
  /// All of them: what the device does in a step. It reads the inputs, what lies in this object, and nothing else, so
  /// that a GPU can record it once and replay it.
  void alternate(const StepInputs& inputs, StepKind kind);
  std::vector<MicroBatch> micro_batches_of(const StepInputs& inputs, int64_t count, int64_t halvings) const;
  at::Tensor generate(const MicroBatch& part);
  /// Images as D gets them in this pass: augmented, with noise.
  at::Tensor as_d_sees(const at::Tensor& images, const MicroBatch& part, DiscriminatorPass pass) const;
  /// D learns to tell real images from generated ones; in a step that `updates_g` these are kept for G.
  Update update_d(std::vector<MicroBatch>& parts, StepKind kind);
  /// D's loss on real and generated images, with its penalty; what it says of itself goes into `figures`.
  at::Tensor loss_d(const MicroBatch& part, StepKind kind, std::vector<at::Tensor>& figures);
  /// The penalties on D's gradients that have their turn in this kind of step; undefined where none has.
  at::Tensor penalty_d(const MicroBatch& part, const at::Tensor& real, const at::Tensor& fake, StepKind kind);
  /// Of --augment-p adaptive: moves the probability by the mean sign of D's logits on the step's real `images`.
  void adapt_augmentation(const Update& d, int64_t images);
  /// G learns to make images that the D of now takes for real.
  Update update_g(std::vector<MicroBatch>& parts);
  at::Tensor loss_g(const MicroBatch& part, std::vector<at::Tensor>& figures);
  /// What both updates said goes into the next record's sums.
  void add_to_sums(const Update& d, const Update& g);

  /// Names and tensors that are live in this object, to be written or filled.
  NamedTensors live_state() const;
  NamedTensors average_state() const;
  /// The average's weights in a state.
  NamedTensors average_in(const NamedTensors& stored) const;

  TrainOptions options_;
  Precision precision_;
  at::Device device_;
  std::shared_ptr<Group> group_;
  std::unique_ptr<GpuPipeline> gpu_;  // nullptr on a CPU
  GeneratorNet generator_;
  DiscriminatorNet discriminator_;
  Adam adam_g_, adam_d_;
  std::unique_ptr<GradientMean> mean_g_, mean_d_;
  Objective objective_;
  AugmentKinds augment_kinds_;
  AdaptiveProbability augment_p_;
  std::vector<at::Tensor> average_;  // in the order of the generator's parameters
  // A number each, on the device: what this step's schedules say.
  at::Tensor average_weight_;  // of the live weights in the average
  at::Tensor penalty_level_, noise_level_, moves_augment_p_;
  at::Tensor stop_requests_;  // float, one place a request
  int64_t halvings_ = 0;
  int64_t images_ = 0, steps_ = 0, steps_in_record_ = 0, g_steps_in_record_ = 0, rollbacks_ = 0;
  at::Tensor sums_;  // float64, one place a StepFigure
  at::Tensor zero_;  // float64, a scalar: a figure that an update does not have
};

}  // namespace dcgan
