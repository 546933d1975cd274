#include "core/choice.hpp"

#include <algorithm>
#include <utility>

#include "core/options.hpp"
#include "core/text.hpp"

namespace dcgan {

std::string choice_meant(const std::vector<std::string>& choices, std::string_view word) {
  static const std::pair<const char*, const char*> others[] = {
      {"gpu", "cuda"},       {"nvidia", "cuda"},     {"grey", "gray"},       {"grayscale", "gray"},
      {"greyscale", "gray"}, {"l", "gray"},          {"1", "gray"},          {"color", "rgb"},
      {"colour", "rgb"},     {"3", "rgb"},           {"bgr", "rgb"},         {"4", "rgba"},
      {"alpha", "rgba"},     {"gaussian", "normal"}, {"float", "fp32"},      {"float32", "fp32"},
      {"single", "fp32"},    {"32", "fp32"},         {"bfloat16", "bf16"},   {"half", "bf16"},
      {"fp16", "bf16"},      {"float16", "bf16"},    {"16", "bf16"},         {"mixed", "bf16"},
      {"amp", "bf16"},       {"no", "none"},         {"off", "none"},        {"false", "none"},
      {"0", "none"},         {"bn", "batch"},        {"batchnorm", "batch"}, {"batch-norm", "batch"},
      {"centre", "center"},  {"middle", "center"},   {"default", "auto"}};
  const std::string plain = dashed(lowercase(word));
  const auto has = [&](const std::string& one) {
    return std::find(choices.begin(), choices.end(), one) != choices.end();
  };
  if (has(plain)) return plain;
  for (const auto& [other, ours] : others)
    if (plain == other && has(ours)) return ours;
  return did_you_mean(choices, plain);
}

}  // namespace dcgan
