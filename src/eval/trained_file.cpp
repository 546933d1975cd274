#include "eval/trained_file.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <unordered_map>

#include "core/element.hpp"
#include "core/error.hpp"
#include "core/io/digest.hpp"
#include "core/platform/io/mapped_file.hpp"
#include "core/text.hpp"
#include "formats/safetensors.hpp"

namespace dcgan {
namespace {

constexpr const EfficientNetLite* kKinds[] = {&kEfficientNetLite1, &kEfficientNetLite2};
constexpr char kStem[] = "_conv_stem.weight";
constexpr int64_t kAnySide = 32;  // weights do not depend on it
constexpr char kImportAgain[] = "make it again of the network's weights: dcgan import WEIGHTS.pth";

class ByName {
 public:
  ByName(const NamedTensors& tensors, const std::string& origin)
      : origin_(origin), all_(tensors.begin(), tensors.end()) {}

  at::Tensor operator()(const std::string& name) const {
    const auto found = all_.find(name);
    if (found == all_.end()) throw Error(origin_ + " holds another network: it has no tensor '" + name + "'");
    return found->second.to(at::kDouble);
  }

 private:
  const std::string& origin_;
  std::unordered_map<std::string, at::Tensor> all_;
};

/// Every convolution with the norm behind it folded in.
NamedTensors folded(const EfficientNetLite& kind, const ByName& tensor) {
  NamedTensors all;
  for (const auto& [own, convolution, norm] : efficientnet_names(kind)) {
    const at::Tensor gain = tensor(norm + ".weight") / (tensor(norm + ".running_var") + kEfficientNetEps).sqrt();
    all.emplace_back(own + ".weight", (tensor(convolution + ".weight") * gain.view({-1, 1, 1, 1})).to(at::kHalf));
    all.emplace_back(own + ".bias", (tensor(norm + ".bias") - tensor(norm + ".running_mean") * gain).to(at::kHalf));
  }
  return all;
}

/// Of kinds that have the same names, the one whose shapes these are.
bool fits(const NamedTensors& tensors, const EfficientNetLite& kind) {
  auto next = tensors.begin();
  for (const auto& layer : efficientnet_lite(kind, kAnySide).layers)
    for (const auto& planned : layer.weights()) {
      if (next == tensors.end() || next->second.sizes() != at::IntArrayRef(planned.shape)) return false;
      ++next;
    }
  return next == tensors.end();
}

const EfficientNetLite& kind_named(const TextPairs& metadata, const std::string& origin) {
  for (const auto& [key, value] : metadata)
    for (const EfficientNetLite* kind : kKinds)
      if (key == "network" && value == kind->name) return *kind;
  throw Error(
      origin + " is no feature network: nothing in it says that it is " + kKinds[0]->name + " or " + kKinds[1]->name,
      "`dcgan import` makes such a file of the weights of a PyTorch port");
}

/// With the way to another such file where what is wrong with it has no other cure.
SafeTensors read_whole(const std::string& bytes, const std::string& origin) try {
  return read_safetensors(bytes, origin);
} catch (const Error& error) {
  rethrow_exhausted(error);
  if (!error.hint().empty()) throw;
  throw Error(error.what(), kImportAgain);
}

}  // namespace

bool is_efficientnet(const WeightsFile& file) {
  return std::any_of(file.tensors.begin(), file.tensors.end(), [](const auto& one) { return one.first == kStem; });
}

const EfficientNetLite& make_trained_file(const WeightsFile& file, const std::string& origin, const fs::path& out) {
  const ByName tensor(file.tensors, origin);
  for (const EfficientNetLite* kind : kKinds) {
    const NamedTensors all = folded(*kind, tensor);
    if (!fits(all, *kind)) continue;
    write_safetensors(out, all,
                      {{"network", kind->name},
                       {"what", "convolutions with their norms folded in, half precision, without the classifier"}});
    return *kind;
  }
  throw Error(origin + " holds an EfficientNet of a size that is not known here",
              "EfficientNet-Lite1 and Lite2 can be read");
}

TrainedFile read_trained_file(const fs::path& path) {
  const std::string bytes = read_file(path), origin = "'" + shown(path) + "'";  // once: what is hashed is what is used
  const SafeTensors file = read_whole(bytes, origin);
  TrainedFile out{.kind = &kind_named(file.metadata, origin), .weights = {}, .sha256 = sha256_hex(bytes)};
  std::unordered_map<std::string, const SafeTensor*> by_name;
  for (const SafeTensor& one : file.tensors) by_name.emplace(one.name, &one);
  const std::string other = origin + " is not of " + out.kind->name + ": ";
  for (const auto& layer : efficientnet_lite(*out.kind, kAnySide).layers)
    for (const auto& planned : layer.weights()) {
      const auto found = by_name.find(planned.name);
      if (found == by_name.end()) throw Error(other + "it has no '" + planned.name + "'", kImportAgain);
      const SafeTensor& one = *found->second;
      if (one.shape != planned.shape || one.type != ElementType::kF16)
        throw Error(other + "its '" + planned.name + "' is " + shape_text(one.shape) + ", not " +
                        shape_text(planned.shape) + " in half precision",
                    kImportAgain);
      auto half = at::empty(one.shape, at::kHalf);
      std::copy(one.data.begin(), one.data.end(), static_cast<char*>(half.mutable_data_ptr()));
      out.weights.emplace_back(planned.name, half.to(at::kFloat));
      if (!at::isfinite(out.weights.back().second).all().item<bool>())
        throw Error(origin + " is damaged: its '" + planned.name + "' holds a NaN or an infinity", kImportAgain);
    }
  if (out.weights.size() != file.tensors.size()) throw Error(other + "it holds more tensors", kImportAgain);
  return out;
}

}  // namespace dcgan
