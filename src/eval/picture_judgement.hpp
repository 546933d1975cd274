// What figures say of the pictures themselves, in words that need no figures: how much of the real pictures is covered,
// how many images could be real, and one word for what one sees. It speaks of pictures, never of how the game between
// the networks goes (train/balance). No torch.
#pragma once

#include <string>
#include <vector>

#include "eval/figures.hpp"

namespace dcgan {

struct PictureJudgement {
  /// "noise": static or a texture; "smears": patches of colour without a thing in them; "shapes": things can be
  /// guessed, and are broken; "good": most could be taken for real pictures; "copies": pictures that were trained on.
  /// Empty where it cannot be said.
  std::string verdict;
  /// "covers 4 % of what your pictures show (real ones: 93 %), 29 % of its images could be yours (real ones: 90 %)".
  /// Empty where the figures for it are missing.
  std::string words;
};

/// Of kid, diversity, kinds, fitting and memorised, those of them that were found. `knows_things`: the feature
/// network was trained on photographs; of another one there is no verdict.
PictureJudgement judge_pictures(const std::vector<FoundFigure>& figures, bool knows_things);

/// A verdict as the end of a sentence: "they look like smears", "they look good". Empty for an empty one.
std::string verdict_text(const std::string& verdict);

}  // namespace dcgan
