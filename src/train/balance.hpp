// Whether training is going well: a verdict with its reason, from figures that every record has and from a few that
// come now and then. Pure and resumable: the same figures give the same verdicts, whenever a run was stopped in
// between. Not here: how figures are made (step/trainer, eval), and what is done about a verdict (train/run). No
// torch.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "core/json.hpp"

namespace dcgan {

/// What is known of a stretch of steps. A figure that is not known is NaN.
struct BalanceFigures {
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

  int64_t images = 0;  // seen since the run began; must grow from record to record
  int64_t steps = 0;   // since the record before, 1 or more
  /// Share of logits on the right side of 0. For losses that only compare (relativistic, hinge, Wasserstein): the
  /// share of pairs of a real and a generated image in the right order, in both.
  double accuracy_real = kUnknown, accuracy_fake = kUnknown;
  /// D(G(z)) as a probability after D's update, for a relativistic loss that of its pair; unknown for losses whose
  /// logits are none, and where penalties keep D from being sure.
  double d_fake_after = kUnknown;
  /// Mean distance of generated images of fixed latents from one another, by the same of the data: 0 all alike, 1 as
  /// varied as the data.
  double diversity = kUnknown;
  /// Share of generated images that lie closer to a training image than images of the data do to one another, and the
  /// same share of images that training does not see.
  double memorised = kUnknown, memorised_floor = kUnknown;
};

enum class Verdict { kBalanced, kDiscriminatorAhead, kGeneratorAhead, kCollapsing, kCollapsed, kMemorising };
/// "balanced", "discriminator ahead", "generator ahead", "collapsing", "collapsed", "memorising".
std::string_view words(Verdict verdict);

struct Judgement {
  Verdict verdict = Verdict::kBalanced;
  std::string reason;  // a sentence with the numbers; empty while balanced
};

/// The judge. A sign of trouble must be there for most of a stretch before it counts, and be gone for most of one
/// before it no longer does; the stretch is in images and, so that large batches get their updates, in steps. The worst
/// of several verdicts is given: collapsed, memorising, collapsing, discriminator ahead, generator ahead.
///
/// The runs that the thresholds come from (32 px, base 32, batch 16 where nothing else is said;
/// tests/goldens/balance.py), their figures as they stayed for long, and the images at which the first verdict came:
///   run                                        D right: real generated D(G(z)) after diversity first verdict
///   faces, clothes: defaults, to 120,000       0.60-0.95     0.83-0.99 0.05-0.32     0.9-1.0   none
///   clothes: the paper's rates, batch 64       0.90-0.99     0.91-1.00 0.02-0.13     0.9       none
///   faces at 64 px, noise at 6,000 to 9,000    0.89-0.98     1.00      0.015         0.007     none
///   faces, clothes: --lr 0.01 (they learn)     0.54-0.93     0.73-0.99 0.03-0.28     0.9-1.0   none
///   --lr-g 1e-9: G stands still                1.00          1.00      0.0005        0.07      12,500 D ahead
///   --lr-d 1e-7: D stands still                0.55          0.00      0.9998        0.04      10,200 G ahead
///   ten pictures                               1.00          1.00      0.05-0.002    0.05      15,000 collapsed
///   faces at 64 px, base 64: paper's, batch 64 0.89-0.95     0.88-0.97 0.001-0.002   0.05-0.4  10,200 D ahead
///   not used: --lr-g 0.1, lost from 13,000 on  1.00          1.00      0.001         0.05      24,600 D ahead
///   not used: --beta1 0.95 --lr 0.005          1.00          1.00      0.001         0.1-0.7   15,000 collapsing
/// D(G(z)) after D's update tells a D that is ahead from one that is merely often right; accuracy alone does not. But
/// where penalties bound D's slope D(G(z)) stays near a half, and accuracy has to do (base 64 and 32, batch 64, pairs):
///   the default: faces, to 530,000             0.84-0.92     the same  0.46-0.48     0.9-1.0   none
///   the default: faces at 64 px, to 113,000    0.86-0.92     the same  0.38-0.44     0.7-0.9   none
///   the default: clothes, letters, to 530,000  0.60-0.82     the same  0.46-0.50     0.9-1.0   none
///   small-data: 200 faces, to 200,000          0.60-0.67     the same  0.49-0.50     0.8-1.0   none
///   the default, --lr-g 1e-9: G stands still   1.00          the same  0.11-0.13     0.54      14,100 D ahead
///   the default, ten pictures                  0.89-0.98     the same  0.37-0.42     0.8-0.9   51,200 memorising
///   not used: --lr 0.01, lost from 28,000 on   0.2-0.6       the same  0.3-0.7       0.0-1.1   47,400 G ahead
///   not used: --r1 0 --r2 0, worse from 140,000 on
///                                              0.90-1.00     the same  0.002-0.05    0.6-1.0   151,000 D ahead
///   not used: pytorch-example, --loss minimax  0.96-1.00     1.00      0.000-0.009   0.4       16,600 D ahead
/// A third failure that was not used is not seen: clothes, --lr-d 0.02 --batch 64, still blurs after 20,000 images,
/// with both networks in balance. For that there are KID and the grids.
class Balance {
 public:
  /// Begins after `images` of which it knows nothing.
  explicit Balance(int64_t images = 0) : images_(images), diversity_images_(images), memory_images_(images) {}

  /// Takes the next record. Unknown figures leave what depends on them as it was.
  Judgement add(const BalanceFigures& figures);

  /// As after the last record.
  Judgement judgement() const;

  /// Everything it remembers, for a checkpoint, and back. Throws Error naming `origin` and the key that is wrong.
  Json state() const;
  static Balance from_state(const Json& state, const std::string& origin);

 private:
  /// A sign that comes and goes. `strength` runs from 0 to 1 while the sign is seen and back while it is not.
  struct Sign {
    double strength = 0;
    bool holds = false;  // from 1 on until 0 again
    bool now = false;    // it was seen the last time
    int64_t since = 0;   // images at which `strength` last left 0
    void add(bool seen, double part, int64_t images_before);
  };
  /// A figure's mean over the last images, older ones counting less.
  struct Mean {
    double value = BalanceFigures::kUnknown;
    void add(double figure, int64_t images);
  };

  void watch_players(const BalanceFigures& figures);
  void watch_diversity(const BalanceFigures& figures);
  void watch_memory(const BalanceFigures& figures);
  template <class Visit>
  void fields(Visit&& visit);

  int64_t images_ = 0, steps_ = 0;                      // of the last record; steps of all
  int64_t diversity_images_ = 0, diversity_steps_ = 0;  // when diversity was last known
  int64_t memory_images_ = 0, memory_steps_ = 0;        // and the share of memorised images
  Mean accuracy_real_, accuracy_fake_, log_d_fake_;
  double diversity_ = BalanceFigures::kUnknown, best_diversity_ = 0;
  double memorised_ = BalanceFigures::kUnknown, memorised_floor_ = BalanceFigures::kUnknown;
  Sign discriminator_ahead_, generator_ahead_, collapsing_, collapsed_, memorising_;
};

}  // namespace dcgan
