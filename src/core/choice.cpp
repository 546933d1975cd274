#include "core/choice.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "core/options.hpp"
#include "core/text.hpp"

namespace dcgan {

std::string choice_meant(const std::vector<std::string>& choices, std::string_view word) {
  static const std::pair<const char*, std::vector<std::string_view>> ours_and_others[] = {
      {"cuda", {"gpu", "nvidia"}},
      {"gray", {"grey", "grayscale", "greyscale", "l", "1"}},
      {"rgb", {"color", "colour", "3", "bgr"}},
      {"rgba", {"4", "alpha"}},
      {"normal", {"gaussian"}},
      {"fp32", {"float", "float32", "single", "32"}},
      {"bf16", {"bfloat16", "half", "fp16", "float16", "16", "mixed", "amp"}},
      {"none", {"no", "off", "false", "0"}},
      {"batch", {"bn", "batchnorm", "batch-norm"}},
      {"center", {"centre", "middle"}},
      {"auto", {"default"}},
      {"wgan-gp", {"wgan", "wgangp"}},
      {"relativistic", {"rpgan", "r3gan"}},
      {"lsgan", {"ls"}},
      {"bce", {"gan", "vanilla", "nonsaturating", "non-saturating"}}};
  const std::string plain = dashed(lowercase(word));
  const auto has = [&](const std::string& one) {
    return std::find(choices.begin(), choices.end(), one) != choices.end();
  };
  if (has(plain)) return plain;
  for (const auto& [ours, others] : ours_and_others)
    if (has(ours) && std::find(others.begin(), others.end(), plain) != others.end()) return ours;
  return did_you_mean(choices, plain);
}

}  // namespace dcgan
