#include "exchange/import.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "checkpoint/archive.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "exchange/generator.hpp"
#include "exchange/model_file.hpp"
#include "exchange/model_safetensors.hpp"

namespace dcgan {
namespace {

std::string place_of(const fs::path& path) { return "'" + shown(path) + "'"; }

/// A checkpoint has the generator as it is and its moving average: of a file with one, that is both.
ImportedModel whole(ImportedModel model) {
  const auto part = [&](const std::string& name) {
    NamedTensors out;
    for (const auto& one : model.tensors)
      if (one.first.starts_with(name)) out.emplace_back(one.first.substr(name.size()), one.second);
    return out;
  };
  const NamedTensors plain = part(kGeneratorPart), average = part(kAveragePart), other = part(kDiscriminatorPart);
  model.tensors.clear();
  append(model.tensors, kGeneratorPart, plain.empty() ? average : plain);
  append(model.tensors, kDiscriminatorPart, other);
  append(model.tensors, kAveragePart, average.empty() ? plain : average);
  return model;
}

ImportedModel from_networks(ForeignNetworks networks) {
  ImportedModel model;
  model.plan = networks.plan;
  append(model.tensors, "generator.", networks.generator);
  append(model.tensors, "discriminator.", networks.discriminator);
  append(model.tensors, "ema.", networks.generator);
  model.options = {{"fit", "crop"}, {"crop_at", "center"}};
  model.notes = std::move(networks.notes);
  return model;
}

/// At most ten, and how many more.
std::string listed(const std::vector<std::string>& all, const std::string& separator) {
  constexpr size_t kNamed = 10;
  const std::vector<std::string> first(all.begin(), all.begin() + static_cast<int64_t>(std::min(kNamed, all.size())));
  return joined(first, separator) +
         (all.size() > kNamed ? " and " + with_commas(static_cast<int64_t>(all.size() - kNamed)) + " more" : "");
}

/// A file without any of the example's networks.
[[noreturn]] void refuse_others(const WeightsFile& file, const fs::path& path) {
  if (!file.modules.empty()) {
    const std::string& first = file.modules.front();  // "netG (package.Class)", or the class of the file itself
    const size_t blank = first.find(" (");
    std::string keys;
    for (size_t from = 0; blank != std::string::npos && from <= blank;) {
      const size_t dot = std::min(first.find('.', from), blank);
      const std::string key = first.substr(from, dot - from);
      const bool is_plain =
          std::all_of(key.begin(), key.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
      keys += "[" + (is_plain ? '"' + key + '"' : python_text(key)) + "]";
      from = dot + 1;
    }
    throw Error(place_of(path) + " holds a whole module, " + printable(first) +
                    ", which is a program: nothing in a file is ever run, and only weights are read",
                "where its class is known: " +
                    python_command("import sys, torch; net = torch.load(sys.argv[1], weights_only=False)" + keys +
                                       "; torch.save(net.state_dict(), \"weights.pth\")",
                                   {path.native()}));
  }
  const auto count = static_cast<int64_t>(file.tensors.size() + file.unusable.size());
  const std::string first = !file.tensors.empty()    ? file.tensors.front().first
                            : !file.unusable.empty() ? file.unusable.front().name
                                                     : "";
  const bool is_array = file.tensors.empty() && !file.unusable.empty();
  throw Error(place_of(path) + " holds " + counted(count, "tensor") + ", the first of them '" + printable(first) + "'" +
                  (is_array ? ", which " + file.unusable.front().unusable + "," : ",") +
                  " and not the networks of PyTorch's DCGAN example",
              "import the example's netG and netD, whose tensors are called main.0.weight and so on, or "
              "safetensors of `dcgan export`");
}

/// What `key` names among all: a key or a path, or the last part of one if no other has it.
std::vector<size_t> named_by(const std::string& key, const std::vector<ExampleNetwork>& all) {
  std::vector<size_t> exact, last;
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].key == key || all[i].path == key) exact.push_back(i);
    if (all[i].key.ends_with('.' + key)) last.push_back(i);
  }
  return exact.empty() && last.size() == 1 ? last : exact;
}

/// Of all networks, those that the keys name; of a kind that none names, all.
std::vector<ExampleNetwork> chosen_of(const std::vector<ExampleNetwork>& all, const std::vector<std::string>& keys) {
  std::vector<bool> is_chosen(all.size());
  bool has_kind[2] = {};
  for (const auto& key : keys) {
    const auto found = named_by(key, all);
    if (found.empty()) {
      std::vector<std::string> there, names;
      for (const auto& one : all) there.push_back(described(one)), names.push_back(printable(one.key));
      throw UsageError("no network is called '" + printable(key) + "'; there are " + listed(there, "; "),
                       "--key takes one of " + listed(names, ", "));
    }
    for (const size_t i : found) is_chosen[i] = true, has_kind[all[i].is_generator] = true;
  }
  std::vector<ExampleNetwork> out;
  for (size_t i = 0; i < all.size(); ++i)
    if (is_chosen[i] || !has_kind[all[i].is_generator]) out.push_back(all[i]);
  return out;
}

/// Refuses several of a kind.
void check_choice_is_made(const std::vector<fs::path>& files, const std::vector<ExampleNetwork>& networks) {
  for (const bool is_generator : {true, false}) {
    std::vector<std::string> rivals, places;
    for (const auto& one : networks)
      if (one.is_generator == is_generator) rivals.push_back(described(one)), places.push_back(one.place);
    if (rivals.size() < 2) continue;
    const std::string kind = is_generator ? "generator" : "discriminator";
    const bool are_files = files.size() > 1 && places[0] == place_of(files[0]) && places[1] == place_of(files[1]);
    if (are_files) throw UsageError(places[1] + " is a second " + kind, "give one netG and one netD");
    std::vector<std::string> shown_files;
    for (const auto& file : files) shown_files.push_back(place_of(file));
    throw UsageError(listed(shown_files, " and ") + (files.size() > 1 ? " hold " : " holds ") +
                         std::to_string(rivals.size()) + " " + kind + "s: " + listed(rivals, "; "),
                     "choose one: " + import_command(files, networks) + " --out imported.ckpt");
  }
}

/// "beside them, not read: 'epoch', 'optimizerG'".
void note_others(const WeightsFile& file, const fs::path& path, const std::vector<ExampleNetwork>& chosen,
                 std::vector<std::string>& notes) {
  std::vector<std::string> others;
  for (const auto& one : beside_networks(file, chosen)) others.push_back(printable(one));
  if (!others.empty()) notes.push_back("in " + place_of(path) + " and not read: " + listed(others, ", "));
}

}  // namespace

bool ImportedModel::has_discriminator() const {
  return std::any_of(tensors.begin(), tensors.end(),
                     [](const auto& one) { return one.first.starts_with("discriminator."); });
}

std::string described(const ExampleNetwork& network) {
  const Size size = network.image_size();
  return "'" + printable(network.key) + "' (a " + (network.is_generator ? "generator" : "discriminator") +
         (size.width > 0 ? " for " + to_text(size) + " pixels" : "") + ", " + counted(network.numbers(), "number") +
         ")";
}

std::string import_command(const std::vector<fs::path>& files, const std::vector<ExampleNetwork>& networks) {
  std::string command = "dcgan import";
  for (const auto& file : files) command += " " + shell_word(file.native());
  for (const bool is_generator : {true, false}) {
    const ExampleNetwork* first = nullptr;
    bool is_only = true;
    for (const auto& one : networks) {
      if (one.is_generator != is_generator) continue;
      is_only = is_only && !first;
      if (!first) first = &one;
    }
    if (first && !is_only) command += " --key " + shell_word(first->key);
  }
  return command;
}

ImportedModel read_model(const std::vector<fs::path>& files, const std::vector<std::string>& keys) {
  std::vector<WeightsFile> contents;
  std::vector<ExampleNetwork> all;
  std::vector<std::string> places;
  for (const auto& path : files) {
    contents.push_back(read_weights(path));
    WeightsFile& file = contents.back();
    if (is_of_model(file.metadata)) {
      if (files.size() > 1)
        throw UsageError(place_of(path) + " holds a whole model; no other file can be imported with it",
                         "give it alone");
      if (!keys.empty())
        throw UsageError(place_of(path) + " holds one model; there is nothing for --key to choose", "leave --key out");
      return whole(read_model_safetensors(std::move(file), place_of(path)));
    }
    auto found = networks_in(file, place_of(path));
    if (found.empty()) refuse_others(file, path);
    std::move(found.begin(), found.end(), std::back_inserter(all));
    places.push_back(place_of(path));
  }
  const auto chosen = chosen_of(all, keys);
  check_choice_is_made(files, chosen);
  const auto of_kind = [&](bool is_generator) {
    const auto one =
        std::find_if(chosen.begin(), chosen.end(), [&](const auto& net) { return net.is_generator == is_generator; });
    return one == chosen.end() ? nullptr : &*one;
  };
  const ExampleNetwork *generator = of_kind(true), *discriminator = of_kind(false);
  if (!generator) throw UsageError(listed(places, ", ") + " is a discriminator alone", "give the generator (netG) too");
  ImportedModel model = from_networks(from_example(*generator, discriminator));
  for (size_t i = 0; i < files.size(); ++i) note_others(contents[i], files[i], chosen, model.notes);
  return model;
}

void write_checkpoint(const fs::path& path, const ImportedModel& model) {
  const Json meta = {{"training_version", kTrainingVersion},
                     {"dcgan", kVersionText},
                     {"images", model.images_seen},
                     {"network", plan_to_json(model.plan)},
                     {"options", model.options}};
  write_archive(path, meta, model.tensors);
}

}  // namespace dcgan
