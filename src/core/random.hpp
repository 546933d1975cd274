// Random numbers without state. Every draw is named by (seed, branch, purpose, index) and a position inside
// the draw, so it is the same alone, in a batch, after a resume and on every device. torch's generators are
// never used. Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", Philox4x32-10.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace dcgan {

/// What a draw is for. The numbers are part of every saved run: never change or reuse one. (`toy` saves nothing, and
/// takes its points from purposes of a training.)
enum class Purpose : uint16_t {
  kInitialWeights = 1,
  kTrainingLatent = 2,      // index: global image index (images seen before it)
  kSampleLatent = 3,        // index: the image's number i in its name seed:i
  kStatisticsLatent = 4,    // index: 0.. of the fixed latents that BatchNorm statistics are recomputed from
  kImageOrder = 5,          // index: epoch
  kFlip = 6,                // index: global image index
  kAugmentation = 7,        // index: global image index, three times over (real, generated for D, generated for G)
  kInstanceNoise = 8,       // index: as kAugmentation
  kPenaltyMix = 9,          // index: global image index; where between real and generated a gradient is taken
                            // 10 was of a draw that is no more
  kFeatureWeights = 11,     // index: number of the parameter of a random feature network
  kEvaluationLatent = 12,   // index: number of the generated image in an evaluation
  kEvaluationChoice = 13,   // index: number of the subset of an evaluation
  kBalancedOrder = 14,      // index: round over the classes; or (class + 1) << 40 | epoch of that class
  kSpectralStart = 15,      // index: role and number of the parameter; first vector of a power iteration
  kSurroundings = 16,       // index: place around the result of latent arithmetic
  kInversionStart = 17,     // index: number of the start of a search for a latent
  kClassifierWeights = 18,  // index: number of the parameter
  kClassifierOrder = 19,    // index: epoch
  kProbeChoice = 20,        // index: number of the draw of labelled pictures
  kQuiz = 21,               // index: round
  kEvaluationNoise = 22,    // index: number of the image of noise
};

/// Philox4x32 with ten rounds: counter and key to four words.
std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

/// The numbers of one draw. Cheap to make, copy and share between threads.
class Draw {
 public:
  Draw(uint64_t seed, Purpose purpose, uint64_t index, uint16_t branch = 0);

  /// Word number `position` of the draw, uniform over 32 bits.
  uint32_t word(uint32_t position) const;
  /// out[i] uniform in [-1, 1) for positions 0.., in steps of 2^-23.
  void uniform(std::span<float> out) const;
  /// out[i] ~ N(0, 1) for positions 0.. (Box and Muller 1958, in double precision).
  void normal(std::span<float> out) const;

 private:
  std::array<uint32_t, 4> block(uint32_t number) const;
  std::array<uint32_t, 2> key_;
  std::array<uint32_t, 4> counter_;
};

}  // namespace dcgan
