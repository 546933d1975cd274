#include "nn/named_tensors.hpp"

#include <ATen/core/grad_mode.h>

#include <map>

#include "core/element.hpp"
#include "core/error.hpp"

namespace dcgan {

NamedTensors tensors_of(const torch::nn::Module& module, bool with_buffers) {
  NamedTensors out;
  for (const auto& one : module.named_parameters()) out.emplace_back(one.key(), one.value());
  if (with_buffers)
    for (const auto& one : module.named_buffers()) out.emplace_back(one.key(), one.value());
  return out;
}

void append(NamedTensors& all, const std::string& prefix, const NamedTensors& part) {
  for (const auto& [name, tensor] : part) all.emplace_back(prefix + name, tensor);
}

int64_t numbers_in(const NamedTensors& tensors) {
  int64_t numbers = 0;
  for (const auto& [name, tensor] : tensors) numbers += tensor.numel();
  return numbers;
}

void load_into(const NamedTensors& live, const NamedTensors& stored, const std::string& origin) {
  const at::NoGradGuard no_grad;
  std::map<std::string, at::Tensor> by_name(stored.begin(), stored.end());
  for (const auto& [name, tensor] : live) {
    const auto found = by_name.find(name);
    if (found == by_name.end()) throw Error(origin + " has no '" + name + "'");
    if (found->second.sizes() != tensor.sizes())
      throw Error(origin + ": '" + name + "' is " + shape_text(found->second.sizes().vec()) + ", this network needs " +
                  shape_text(tensor.sizes().vec()));
    if (found->second.scalar_type() != tensor.scalar_type())
      throw Error(origin + ": '" + name + "' is of another type than this network's");
    at::Tensor(tensor).set_data(found->second.to(tensor.device()));
    by_name.erase(found);
  }
  if (!by_name.empty()) throw Error(origin + " has a '" + by_name.begin()->first + "' that this network lacks");
}

}  // namespace dcgan
