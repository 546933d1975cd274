// Which tensors of a file are networks of PyTorch's DCGAN example, whatever dicts they lie in and whatever stands
// before their names: they are told by their numbers in a Sequential and by their shapes, not by their keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/options.hpp"
#include "exchange/weights_file.hpp"

namespace dcgan {

/// A tensor of such a network by its place: "netG.module.main.3.weight" is number 3, part "weight".
struct ExampleTensor {
  int64_t number = -1;  // -1: of another name, which no such network has
  std::string part;
  std::string name;      // its own, as the dict that it lies in calls it: "module.main.3.weight"
  std::string whole;     // with the keys that lead there: "netG.module.main.3.weight"
  at::Tensor tensor;     // undefined where its numbers cannot be had
  std::string unusable;  // why not
  std::vector<int64_t> shape;
};

struct ExampleNetwork {
  bool is_generator = true;
  std::string place;   // the file and the dict: "'ckpt.pth', 'netG'"
  std::string key;     // what a person calls it: "netG"; "" of a file that is this network
  std::string path;    // what stands before "0.weight" in whole names, without the last ".": "netG.module.main"
  std::string prefix;  // the same within its dict, with it: "module.main."
  std::vector<ExampleTensor> tensors;

  int64_t convolutions() const;  // as many as its highest number asks for
  /// How one of its tensors is named in an error: "'ckpt.pth', 'netG' -> 'module.main.3.weight'".
  std::string tensor_place(const std::string& name) const { return place + " -> '" + printable(name) + "'"; }
  /// The size of its images, by the shapes of its convolutions; {0, 0} where they say none.
  Size image_size() const;
  int64_t numbers() const;
};

/// The place in the example's `main` of the i-th convolution, and of the norm behind it.
constexpr int64_t place_of_conv(bool is_generator, int64_t i) { return is_generator || i == 0 ? 3 * i : 3 * i - 1; }
constexpr int64_t place_of_norm(bool is_generator, int64_t i) { return is_generator ? 3 * i + 1 : 3 * i; }
inline constexpr const char* kNormParts[] = {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"};

/// All of a file, in its order. `file` says in errors where they are ("'ckpt.pth'").
std::vector<ExampleNetwork> networks_in(const WeightsFile& weights, const std::string& file);

/// What of the file belongs to none of `networks`: "epoch", "optimizerG", "args (argparse.Namespace)", as far up as
/// nothing of theirs lies there. Not printable().
std::vector<std::string> beside_networks(const WeightsFile& weights, const std::vector<ExampleNetwork>& networks);

}  // namespace dcgan
