#include "step/augment_options.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {

AugmentKinds AugmentOptions::kinds() const {
  if (augment == "none") return {};
  if (augment == "all") return {true, true, true};
  AugmentKinds kinds;
  for (size_t start = 0; start <= augment.size();) {
    const size_t comma = std::min(augment.find(',', start), augment.size());
    const std::string word = augment.substr(start, comma - start);
    if (word == "color")
      kinds.color = true;
    else if (word == "translation")
      kinds.translation = true;
    else if (word == "cutout")
      kinds.cutout = true;
    else
      throw UsageError(
          "--augment is '" + printable(augment) + "': '" + printable(word) + "' is not a kind of augmentation",
          "allowed: none, all, or some of color,translation,cutout with commas between");
    start = comma + 1;
  }
  return kinds;
}

double AugmentOptions::first_probability() const {
  if (adaptive()) return 0;
  double probability = 0;
  Limit limit = within(0, 1);
  try {
    set_from_text({"augment-p", &probability, "", limit, ""}, augment_p, "--augment-p");
  } catch (const UsageError& error) {
    throw UsageError(error.what(), "allowed: adaptive, or " + limit.text());
  }
  return probability;
}

}  // namespace dcgan
