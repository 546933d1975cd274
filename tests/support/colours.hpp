// Pictures of three classes, and a classifier's lessons that teach them in a second.
#pragma once

#include <vector>

#include "core/random.hpp"
#include "eval/classifier.hpp"

namespace dcgan::test {

/// Pictures of three classes that a child could tell apart: red, green and blue, each of its own strength, in noise.
class Colours : public Pixels {
 public:
  explicit Colours(int64_t count, uint64_t seed = 0, int strength = 60) : seed_(seed), strength_(strength) {
    info_.size = {8, 8}, info_.channels = 3, info_.count = count, info_.classes = {"red", "green", "blue"};
  }
  void copy(int64_t index, uint8_t* out) const override {
    std::vector<float> drawn(8 * 8 * 3);
    Draw(seed_, Purpose::kInitialWeights, static_cast<uint64_t>(index)).uniform(drawn);
    for (size_t i = 0; i < drawn.size(); ++i)
      out[i] =
          static_cast<uint8_t>(100 + 60 * drawn[i] + (static_cast<int32_t>(i % 3) == label(index) ? strength_ : 0));
  }
  int32_t label(int64_t index) const override { return static_cast<int32_t>(index % 3); }
  bool decodes() const override { return false; }

 private:
  uint64_t seed_;
  int strength_;
};

inline LabelledPictures all_pictures(const Pixels& pixels) {
  LabelledPictures all;
  std::vector<int64_t> which;
  for (int64_t i = 0; i < pixels.info().count; ++i) which.push_back(i);
  all.add(pixels, which);
  return all;
}

inline const ClassifierOptions kShort{3'000, 32, 3e-3, 0};
inline void nothing(int64_t, int64_t) {}

}  // namespace dcgan::test
