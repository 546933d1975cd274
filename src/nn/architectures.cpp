#include "nn/architectures.hpp"

#include <stdexcept>
#include <string_view>

#include "core/error.hpp"
#include "core/text.hpp"
#include "nn/network.hpp"

namespace dcgan {
namespace {

const std::vector<Architecture>& table() {
  static const std::vector<Architecture> rows = {
      {.name = "dcgan",
       .help = "strided ones (the paper's)",
       .source = "Radford et al. 2015",
       .can_norm_d = true,
       .generator = strided_generator,
       .discriminator = strided_discriminator},
      {.name = "upsample",
       .help = "G's as resize-and-convolve (no checkerboard)",
       .source = "Odena et al. 2016",
       .can_norm_d = true,
       .generator = upsampling_generator,
       .discriminator = strided_discriminator},
      {.name = "fine",
       .help = "upsample with feature maps at full size",
       .source = "Karras et al. 2018 (progressive growing), table 2",
       .can_norm_d = true,
       .generator = fine_generator,
       .discriminator = strided_discriminator},
      {.name = "resnet",
       .help = "residual ones (better for many pictures, several times the work)",
       .source = "Miyato et al. 2018, appendix B",
       .can_norm_d = false,
       .generator = residual_generator,
       .discriminator = residual_discriminator},
      {.name = "multiscale",
       .help = "upsample with an image at every size, which can be trained small first",
       .source = "Karras et al. 2020 (StyleGAN2), section 4.1",
       .can_norm_d = false,
       .generator = multiscale_generator,
       .discriminator = multiscale_discriminator}};
  return rows;
}

std::vector<Architecture>& added() {
  static std::vector<Architecture> rows;
  return rows;
}

}  // namespace

const std::vector<Architecture>& architectures() { return table(); }

std::vector<std::string> architecture_names() {
  std::vector<std::string> names;
  for (const auto& row : table()) names.push_back(row.name);
  return names;
}

const char* architecture_help() {
  static const std::string text = [] {
    std::vector<std::string> all;
    for (const auto& row : table()) all.push_back(row.help);
    const std::string last = all.back();
    all.pop_back();
    return "blocks of both networks: " + joined(all, ", ") + ", or " + last;
  }();
  return text.c_str();
}

const char* architecture_sources() {
  static const std::string text = [] {
    std::vector<std::string> all;
    for (const auto& row : table()) all.push_back(row.source);
    return joined(all, "; ");
  }();
  return text.c_str();
}

const char* norm_d_help() {
  static const std::string text = [] {
    std::vector<std::string> without;
    for (const auto& row : table())
      if (!row.can_norm_d) without.push_back(row.name);
    return "discriminator's normalisation; auto: none for " + joined(without, ", ") +
           " and where its gradient is penalised, else batch";
  }();
  return text.c_str();
}

const Architecture& architecture_named(const std::string& name) {
  for (const auto* rows : {&table(), static_cast<const std::vector<Architecture>*>(&added())})
    for (const auto& row : *rows)
      if (row.name == name) return row;
  throw UsageError("there is no architecture '" + printable(name) + "'",
                   "there are " + joined(architecture_names(), ", "));
}

void add_architecture(const Architecture& row) {
  for (const auto& known : table())
    if (known.name == row.name) throw std::logic_error("the architecture '" + row.name + "' already exists");
  for (const auto& known : added())
    if (known.name == row.name) return;
  added().push_back(row);
}

void append_norm_relu(NetworkBuilder& build, const NetworkPlan& plan, const std::string& name) {
  constexpr std::string_view kNorm = "norm";
  constexpr int64_t kLatent = 0;  // the value
  build.norm(name, plan.classes);
  if (plan.options.self_modulation)
    build.modulate(std::string(name).replace(name.rfind(kNorm), kNorm.size(), "modulation"), kLatent);
  build.activation(0);
}

void append_logit(NetworkBuilder& build, const NetworkPlan& plan, const LogitHead& head) {
  const auto& options = plan.options;
  build.begin_head();
  const int64_t map = build.last();
  const int64_t class_sums = plan.classes > 0 ? build.then(LayerKind::kSum) : 0;
  int64_t x = map;
  if (options.minibatch_std) x = build.then(LayerKind::kMinibatchStd, x);
  if (head.is_of_sums) x = build.then(LayerKind::kSum, x);
  build.begin_block(head.block);
  const int64_t logit = build.fold(head.name, 1, head.has_bias, options.spectral_norm, x);
  build.end_blocks();
  if (plan.classes == 0) return;
  const int64_t of_class = build.class_dot("class_vectors", plan.classes, options.spectral_norm, class_sums);
  build.add(logit, of_class);
}

}  // namespace dcgan
