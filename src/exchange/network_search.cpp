#include "exchange/network_search.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>

namespace dcgan {
namespace {

using TensorShape = std::vector<int64_t>;

/// A tensor of the file, usable or not.
struct Entry {
  std::string name;      // whole
  size_t container = 0;  // bytes of it that are the dict
  const at::Tensor* tensor = nullptr;
  std::string unusable;
  TensorShape shape;
};

std::vector<Entry> entries_of(const WeightsFile& weights) {
  std::vector<Entry> all;
  for (size_t i = 0; i < weights.tensors.size(); ++i) {
    const auto& [name, tensor] = weights.tensors[i];
    all.push_back({name, i < weights.containers.size() ? weights.containers[i] : 0, &tensor, "", tensor.sizes().vec()});
  }
  for (const auto& one : weights.unusable) all.push_back({one.name, one.container, nullptr, one.unusable, one.shape});
  return all;
}

/// "netG.main.12.weight" as "netG.main.", 12 and "weight"; nothing for other names.
struct Place {
  std::string before;
  int64_t number;
  std::string part;
};
std::optional<Place> place_in(const std::string& name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string::npos) return std::nullopt;
  const std::string part = name.substr(dot + 1);
  if (std::find(std::begin(kNormParts), std::end(kNormParts), part) == std::end(kNormParts)) return std::nullopt;
  const size_t from = dot == 0 ? std::string::npos : name.rfind('.', dot - 1);
  const size_t begin = from == std::string::npos ? 0 : from + 1;
  int64_t number = 0;
  const auto [behind, problem] = std::from_chars(name.data() + begin, name.data() + dot, number);
  if (problem != std::errc() || behind != name.data() + dot || number < 0 || number > 1000) return std::nullopt;
  return Place{name.substr(0, begin), number, part};
}

/// Is it a generator's, a discriminator's, or neither? By the kernels' places, sides, and by widths that follow one
/// another: most must fit, so that one that is missing or of another shape can be named.
std::optional<bool> kind_of(const std::map<int64_t, TensorShape>& kernels) {
  const auto fits = [&](bool is_generator) {
    size_t places = 0, follow = 0, of_four = 0;
    const TensorShape* before = nullptr;
    for (const auto& [number, shape] : kernels) {
      places += number == 0 || number % 3 == (is_generator ? 0 : 2);
      of_four += shape[2] == 4 && shape[3] == 4;
      follow += before && shape[is_generator ? 0 : 1] == (*before)[is_generator ? 1 : 0];
      before = &shape;
    }
    const size_t count = kernels.size();
    return count >= 2 && 2 * places > count && 2 * of_four >= count - 1 && 2 * follow >= count - 1 ? places : 0;
  };
  const size_t as_generator = fits(true), as_discriminator = fits(false);
  if (as_generator == as_discriminator) return std::nullopt;
  return as_generator > as_discriminator;
}

void drop_end(std::string& path, std::string_view part) {
  if (path == part)
    path.clear();
  else if (path.size() > part.size() && path.ends_with(part) && path[path.size() - part.size() - 1] == '.')
    path.resize(path.size() - part.size() - 1);
}

/// Without what wraps a network: Sequential's name in the example, DataParallel and AveragedModel, torch.compile.
std::string without_wrappers(std::string path) {
  drop_end(path, "main");
  for (size_t before = path.size() + 1; before != path.size();) {
    before = path.size();
    drop_end(path, "module"), drop_end(path, "_orig_mod");
  }
  return path;
}

/// All tensors of a network: those of its prefix, and those of its module beside `main`, which make it another one.
std::vector<ExampleTensor> members_of(const std::vector<Entry>& all, const std::string& container,
                                      const std::string& prefix, const std::set<std::string>& other_prefixes) {
  std::string module = prefix;  // "netG." of "netG.main."
  if (module == "main." || module.ends_with(".main.")) module.resize(module.size() - 5);
  std::vector<ExampleTensor> out;
  for (const Entry& entry : all) {
    if (entry.container != container.size() || !entry.name.starts_with(container)) continue;
    const std::string own = entry.name.substr(container.size());
    const auto place = place_in(own);
    const bool is_its = place && place->before == prefix;
    const bool is_another =
        own.ends_with("n_averaged") || std::any_of(other_prefixes.begin(), other_prefixes.end(),
                                                   [&](const auto& other) { return entry.name.starts_with(other); });
    if (!is_its && (!own.starts_with(module) || is_another)) continue;
    out.push_back({is_its ? place->number : -1, is_its ? place->part : "", own, entry.name,
                   entry.tensor ? *entry.tensor : at::Tensor(), entry.unusable, entry.shape});
  }
  return out;
}

}  // namespace

int64_t ExampleNetwork::convolutions() const {
  int64_t most = 0;
  for (const auto& one : tensors)
    for (int64_t i = 0; 3 * i <= one.number + 1; ++i) {
      if (one.number == place_of_conv(is_generator, i)) most = std::max(most, i + 1);
      if (one.number == place_of_norm(is_generator, i) && (i > 0 || is_generator)) most = std::max(most, i + 2);
    }
  return most;
}

Size ExampleNetwork::image_size() const {
  const int64_t doublings = convolutions() - 1;
  const int64_t number = is_generator ? 0 : place_of_conv(false, doublings);
  for (const auto& one : tensors)
    if (one.number == number && one.part == "weight" && one.shape.size() == 4 && doublings >= 0 && doublings < 20)
      return {one.shape[3] << doublings, one.shape[2] << doublings};
  return {0, 0};
}

int64_t ExampleNetwork::numbers() const {
  int64_t sum = 0;
  for (const auto& one : tensors) sum += element_count(one.shape).value_or(0);
  return sum;
}

std::vector<ExampleNetwork> networks_in(const WeightsFile& weights, const std::string& file) {
  const std::vector<Entry> all = entries_of(weights);
  struct Group {
    std::string container, prefix;
    std::map<int64_t, TensorShape> kernels;
  };
  std::vector<Group> groups;
  std::map<std::pair<std::string, std::string>, size_t> by_prefix;
  for (const Entry& entry : all) {
    const std::string container = entry.name.substr(0, entry.container);
    const auto place = place_in(entry.name.substr(entry.container));
    if (!place || place->part != "weight" || entry.shape.size() != 4) continue;
    const auto [found, is_new] = by_prefix.try_emplace({container, place->before}, groups.size());
    if (is_new) groups.push_back({container, place->before, {}});
    groups[found->second].kernels[place->number] = entry.shape;
  }
  std::erase_if(groups, [](const Group& group) { return !kind_of(group.kernels); });
  std::set<std::string> prefixes;
  std::map<std::string, int> keys;
  const auto path_of = [](const Group& group) {
    const std::string whole = group.container + group.prefix;
    return whole.empty() ? whole : whole.substr(0, whole.size() - 1);
  };
  for (const Group& group : groups) {
    prefixes.insert(group.container + group.prefix);
    ++keys[without_wrappers(path_of(group))];
  }
  std::vector<ExampleNetwork> out;
  for (const Group& group : groups) {
    ExampleNetwork net;
    net.is_generator = *kind_of(group.kernels);
    net.path = path_of(group), net.key = without_wrappers(net.path), net.prefix = group.prefix;
    if (keys[net.key] > 1 || (net.key.empty() && groups.size() > 1)) net.key = net.path;
    net.place = file;
    if (!group.container.empty())
      net.place += ", '" + printable(group.container.substr(0, group.container.size() - 1)) + "'";
    std::set<std::string> others = prefixes;
    others.erase(group.container + group.prefix);
    net.tensors = members_of(all, group.container, group.prefix, others);
    out.push_back(std::move(net));
  }
  return out;
}

std::vector<std::string> beside_networks(const WeightsFile& weights, const std::vector<ExampleNetwork>& networks) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  const auto name = [&](const std::string& whole) {
    // The dots of a class's name part no keys: "args (argparse.Namespace)".
    const std::string key = whole.substr(0, whole.ends_with(')') ? whole.rfind(" (") : std::string::npos);
    size_t end = key.find('.');
    const auto leads_to_one = [&] {
      return std::any_of(networks.begin(), networks.end(),
                         [&](const auto& net) { return (net.path + '.').starts_with(key.substr(0, end) + '.'); });
    };
    while (end != std::string::npos && leads_to_one()) end = key.find('.', end + 1);
    const std::string top = key.substr(0, end);
    if (seen.insert(top).second) out.push_back(end == std::string::npos ? whole : top);
  };
  std::set<std::string> theirs;
  for (const auto& net : networks)
    for (const auto& one : net.tensors) theirs.insert(one.whole);
  for (const auto& one : weights.others) name(one);
  for (const auto& one : weights.modules) name(one);
  for (const auto& [whole, tensor] : weights.tensors)
    if (!theirs.contains(whole)) name(whole);
  for (const auto& one : weights.unusable)
    if (!theirs.contains(one.name)) name(one.name);
  return out;
}

}  // namespace dcgan
