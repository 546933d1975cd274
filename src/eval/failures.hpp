// What known failures of generators get: images that nobody would take for the pictures, made of them. A figure is
// believed between what these get and what real pictures get.
#pragma once

#include <span>

#include "eval/features.hpp"

namespace dcgan {

/// A failure: its name in JSON, what stands over its column, what it is.
struct FailureRow {
  const char* name;
  const char* column;
  const char* help;
  /// Features [N, F] of such images, made of real pictures `images` (uint8 [N, H, W, C]) with features [N, F]. May show
  /// the network fewer images than N and repeat what it says.
  at::Tensor (*features)(FeatureNetwork& network, const at::Tensor& images, const at::Tensor& features);
};

/// Noise; pictures blurred with a radius of 2 pixels; one picture again and again; the mean of all.
std::span<const FailureRow> failure_rows();

/// Images uint8 [N, H, W, C] under a Gaussian of standard deviation `radius` pixels; beyond the edges their pixels go
/// on.
at::Tensor blurred(const at::Tensor& images, double radius);

}  // namespace dcgan
