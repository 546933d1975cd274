// The architectures: each is a file of nn/architectures with two functions, declared here, and a row of the table in
// architectures.cpp. No torch.
#pragma once

#include <string>
#include <vector>

#include "nn/description.hpp"

namespace dcgan {

struct NetworkPlan;

struct Architecture {
  std::string name;  // the word of --arch
  std::string help;  // "strided ones (the paper's)": what its blocks are
  std::string source;
  bool can_norm_d;  // whether its discriminator can have BatchNorm
  /// z, or whatever input the description says, to images in [-1, 1].
  NetworkDescription (*generator)(const NetworkPlan& plan);
  /// Images to one logit; the last convolution and what follows it are the head.
  NetworkDescription (*discriminator)(const NetworkPlan& plan);
};

/// What --arch offers.
const std::vector<Architecture>& architectures();
/// Of these or of those that were added. Throws UsageError for a name that is not there.
const Architecture& architecture_named(const std::string& name);
std::vector<std::string> architecture_names();
/// Help and sources of --arch: those of all rows.
const char* architecture_help();
const char* architecture_sources();
/// Help of --norm-d, which names the architectures that cannot have BatchNorm in D.
const char* norm_d_help();

/// Adds a row for a program that brings an architecture of its own; --arch does not offer it. Once a name; before any
/// network is made, for it is not thread safe.
void add_architecture(const Architecture& row);

// Their functions, one file each in nn/architectures.

/// dcgan: Radford, Metz and Chintala 2015, section 3 and figure 1. upsample: the same by resizing and convolving (Odena
/// et al. 2016, "Deconvolution and Checkerboard Artifacts"). nn/architectures/strided.cpp
NetworkDescription strided_generator(const NetworkPlan& plan);
NetworkDescription upsampling_generator(const NetworkPlan& plan);
NetworkDescription fine_generator(const NetworkPlan& plan);
NetworkDescription strided_discriminator(const NetworkPlan& plan);
/// Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks", appendix B, figure 8 and tables 3
/// to 5. nn/architectures/residual.cpp
NetworkDescription residual_generator(const NetworkPlan& plan);
NetworkDescription residual_discriminator(const NetworkPlan& plan);

/// Without norm, with an image at every size: Huang et al. 2024; Karras et al. 2020 (StyleGAN2), section 4.1.
/// nn/architectures/multiscale.cpp
NetworkDescription multiscale_generator(const NetworkPlan& plan);
NetworkDescription multiscale_discriminator(const NetworkPlan& plan);

/// What follows a generator's convolution: BatchNorm, of classes theirs, options' self-modulation, ReLU. `name` has
/// "norm" in it, in whose place a modulation's weights have "modulation".
void append_norm_relu(NetworkBuilder& build, const NetworkPlan& plan, const std::string& name);

/// How a discriminator's last map becomes one logit.
struct LogitHead {
  std::string name;         // of its convolution
  bool is_of_sums = false;  // a convolution over the sum of the map's pixels, not over the whole map
  bool has_bias = true;
  int64_t block = PlannedLayer::kNoBlock;  // that --freeze-d counts it in
};
/// What ends a discriminator: options' minibatch deviation, the convolution, and of classes the projection of Miyato
/// and Koyama 2018, section 3.
void append_logit(NetworkBuilder& build, const NetworkPlan& plan, const LogitHead& head);

}  // namespace dcgan
