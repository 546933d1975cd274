// Tensors by name: what a network, an optimizer or a trainer consists of, and filling it from stored values.
#pragma once

#include <torch/nn/module.h>

#include <string>
#include <utility>
#include <vector>

namespace dcgan {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// Live parameters of a network by name; after them its buffers, if asked for.
NamedTensors tensors_of(const torch::nn::Module& module, bool with_buffers);

/// Adds `part` to `all`, every name behind `prefix`.
void append(NamedTensors& all, const std::string& prefix, const NamedTensors& part);

/// How many numbers they are, all together.
int64_t numbers_in(const NamedTensors& tensors);

/// Copies stored values into live tensors of the same names, shapes and types, with their strides; throws Error naming
/// `origin` and the first that is missing, left over or of another shape.
void load_into(const NamedTensors& live, const NamedTensors& stored, const std::string& origin);

}  // namespace dcgan
