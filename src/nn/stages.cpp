#include "nn/stages.hpp"

#include <stdexcept>

namespace dcgan {
namespace {

constexpr int64_t kNone = -1;

/// Which value of a description that is being made stands for each of another's; kNone: none does.
class Renumbered {
 public:
  explicit Renumbered(const NetworkDescription& from)
      : from_(from), of_(from.inputs.size() + from.layers.size(), kNone) {}

  int64_t& of(int64_t value) { return of_[static_cast<size_t>(value)]; }
  /// Layer number i of `from`, with its values.
  void append(NetworkDescription& to, size_t i) {
    PlannedLayer layer = from_.layers[i];
    layer.from = of(layer.from);
    if (layer.takes_two()) layer.other = of(layer.other);
    to.layers.push_back(std::move(layer));
    of_[from_.inputs.size() + i] = to.last_value();
  }

 private:
  const NetworkDescription& from_;
  std::vector<int64_t> of_;
};

int64_t value_at(const NetworkDescription& whole, int64_t halvings) {
  if (halvings < 1 || halvings > whole.halvings()) throw std::logic_error("a network has no images at that size");
  return whole.sizes[static_cast<size_t>(halvings - 1)];
}

}  // namespace

NetworkDescription generator_at(const NetworkDescription& whole, int64_t halvings) {
  if (halvings == 0) return whole;
  const int64_t image = value_at(whole, halvings);
  const size_t inputs = whole.inputs.size();
  std::vector<bool> needed(inputs + whole.layers.size());
  needed[static_cast<size_t>(image)] = true;
  for (size_t i = whole.layers.size(); i-- > 0;) {
    const PlannedLayer& layer = whole.layers[i];
    if (!needed[inputs + i]) continue;
    needed[static_cast<size_t>(layer.from)] = true;
    if (layer.takes_two()) needed[static_cast<size_t>(layer.other)] = true;
  }
  NetworkDescription out;
  out.inputs = whole.inputs;
  Renumbered numbers(whole);
  for (size_t i = 0; i < inputs; ++i) numbers.of(static_cast<int64_t>(i)) = static_cast<int64_t>(i);
  for (size_t i = 0; i < whole.layers.size(); ++i)
    if (needed[inputs + i]) numbers.append(out, i);
  PlannedLayer last = whole.layers.back();  // what makes an image of a sum
  last.from = out.last_value(), last.in = last.out = whole.shape_of(image);
  out.layers.push_back(std::move(last));
  return out;
}

NetworkDescription discriminator_at(const NetworkDescription& whole, int64_t halvings) {
  if (halvings == 0) return whole;
  const int64_t image = value_at(whole, halvings);
  NetworkDescription out;
  out.inputs = {whole.shape_of(image)};
  Renumbered numbers(whole);
  numbers.of(image) = 0;
  for (size_t i = 0; i < whole.layers.size(); ++i) {
    const PlannedLayer& layer = whole.layers[i];
    const auto value = static_cast<int64_t>(whole.inputs.size() + i);
    if (i >= whole.head && out.head > out.layers.size()) out.head = out.layers.size();
    const int64_t a = numbers.of(layer.from), b = layer.takes_two() ? numbers.of(layer.other) : a;
    if (a != kNone && b != kNone)
      numbers.append(out, i);
    else if (layer.kind == LayerKind::kAdd && (a != kNone || b != kNone))
      numbers.of(value) = a != kNone ? a : b;
  }
  for (const int64_t map : whole.maps)
    if (numbers.of(map) != kNone) out.maps.push_back(numbers.of(map));
  return out;
}

}  // namespace dcgan
