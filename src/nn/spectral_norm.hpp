// Spectral normalisation of a weight: Miyato, Kataoka, Koyama and Yoshida 2018, "Spectral Normalization for Generative
// Adversarial Networks", section 2.1 and algorithm 1.
#pragma once

#include <torch/nn/module.h>

namespace dcgan {

/// Gives a module with a parameter "weight" the buffer "u", a number an output channel: the left singular vector as the
/// iteration has found it so far. nn/weights draws the first one.
void add_spectral_norm(torch::nn::Module& module);

/// weight / sigma(weight), sigma the largest singular value of the weight as a matrix [outputs, all else], in the
/// weight's own numbers under autocast too. In training mode one power iteration moves u, in place, before; in
/// evaluation u stays. u and its partner count as constants: gradients flow through both weights, as often as wanted.
/// The module has been through add_spectral_norm().
at::Tensor spectrally_normalised(torch::nn::Module& module);

}  // namespace dcgan
