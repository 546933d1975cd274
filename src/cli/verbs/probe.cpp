// `dcgan probe`: how much a discriminator's features tell about the classes of pictures.
#include <ATen/ATen.h>

#include <cstdio>

#include "cli/model_options.hpp"
#include "cli/picture_files.hpp"
#include "core/error.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "eval/choice.hpp"
#include "eval/discriminator_features.hpp"
#include "eval/mean_of.hpp"
#include "eval/probe.hpp"
#include "exchange/discriminator.hpp"
#include "image/confusion.hpp"
#include "image/png.hpp"
#include "nn/weights.hpp"

namespace dcgan {
namespace {

constexpr int64_t kMostLabels = 10'000;

struct ProbeCommand {
  std::string test;
  int64_t labels = 1'000;
  int64_t draws = 5;
  int64_t seed = 0;
  std::string out;
  bool json = false;
  CheckpointChoice model;
  PicturesOptions pictures;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("test", test, "the pictures to read, of the same classes; none of them may be among DATA", any_text("DATA"));
    visit("labels", labels, "pictures of DATA whose classes are used, as many of each class",
          within(4, static_cast<double>(kMostLabels), "pictures"));
    visit("draws", draws, "choices of these; figures are means over them", within(2, 100));
    visit("seed", seed, "of the choices, and of the random discriminator", within(0, 9e18));
    visit("out", out, "a picture of which class is taken for which", any_text("FILE.png"));
    visit("json", json, "one JSON object", {});
    model.fields(visit);
    pictures.fields(visit);
  }
};

/// A kind of features, and how well each draw's probe read the test pictures.
struct Contestant {
  std::string name;
  std::function<at::Tensor(const at::Tensor& images)> features;
  at::Tensor of_test = {};
  std::vector<double> accuracies = {}, ridges = {};
};

at::Tensor images_of(const Pixels& pixels, const std::vector<int64_t>& which, int64_t threads) {
  SetImages images(pixels, which, threads);
  return images.read(0, images.count());
}

at::Tensor labels_of(const Pixels& pixels, const std::vector<int64_t>& which) {
  auto labels = at::empty({static_cast<int64_t>(which.size())}, at::kLong);
  for (size_t i = 0; i < which.size(); ++i) labels.mutable_data_ptr<int64_t>()[i] = pixels.label(which[i]);
  return labels;
}

/// Equally many of each class, in the order of a keyed permutation.
std::vector<int64_t> told(const Pixels& pixels, int64_t labels, uint64_t seed, int64_t draw) {
  const auto classes = static_cast<int64_t>(pixels.info().classes.size());
  const int64_t each = labels / classes;
  auto which = labelled_choice(pixels, each, Draw(seed, Purpose::kProbeChoice, static_cast<uint64_t>(draw)));
  std::vector<int64_t> taken(static_cast<size_t>(classes));
  for (const int64_t i : which) ++taken[static_cast<size_t>(pixels.label(i))];
  for (size_t c = 0; c < taken.size(); ++c)
    if (taken[c] < each)
      throw UsageError("class '" + printable(pixels.info().classes[c]) + "' has " + counted(taken[c], "picture") +
                           ", and --labels " + std::to_string(labels) + " asks for " + std::to_string(each) +
                           " of each class",
                       "lower --labels, or leave small classes out");
  return which;
}

void check_sets(const ProbeCommand& command, const Pixels& data, const Pixels& test) {
  if (data.info().identity == test.info().identity)
    throw UsageError(
        "--test '" + shown(command.test) + "' holds the pictures of --data: a probe would be asked what it was told",
        "give pictures that are not among DATA");
  const auto& classes = data.info().classes;
  if (classes.size() < 2)
    throw UsageError("'" + shown(command.pictures.data) + "' has " +
                         (classes.empty() ? "no classes" : "a single class") + ", and a probe tells classes apart",
                     "put the pictures of each class into a folder of its own");
  if (test.info().classes != classes)
    throw UsageError("the classes of --test '" + shown(command.test) + "' are not those of --data",
                     "give pictures of the same classes, in folders of the same names");
  if (command.labels < 2 * static_cast<int64_t>(classes.size()))
    throw UsageError("--labels " + std::to_string(command.labels) + " are fewer than two for each of " +
                         counted(static_cast<int64_t>(classes.size()), "class", "classes"),
                     "raise --labels");
}

std::string percent(const MeanOf& mean) {
  return fixed_text(100 * mean.value, 2) + " +- " + fixed_text(100 * mean.half_interval, 2) + " %";
}

MeanOf gain_over(const Contestant& a, const Contestant& b) {
  std::vector<double> differences;
  for (size_t i = 0; i < a.accuracies.size(); ++i) differences.push_back(a.accuracies[i] - b.accuracies[i]);
  return mean_of(differences);
}

void print_table(const std::vector<Contestant>& all, const ProbeCommand& command, int64_t tested) {
  std::printf("accuracy on %s, from %s labels; mean of %s and 95 %% interval\n\n", counted(tested, "picture").c_str(),
              with_commas(command.labels).c_str(), counted(command.draws, "draw").c_str());
  std::printf("%-24s %20s %28s\n", "features", "accuracy", "discriminator better by");
  for (const auto& one : all)
    std::printf("%-24s %20s %28s\n", one.name.c_str(), percent(mean_of(one.accuracies)).c_str(),
                &one == &all[0] ? "" : percent(gain_over(all[0], one)).c_str());
}

Json to_json(const std::vector<Contestant>& all, const ProbeCommand& command, int64_t tested) {
  Json json = {{"labels", command.labels}, {"draws", command.draws}, {"seed", command.seed}, {"tested", tested}};
  for (const auto& one : all) {
    const MeanOf mean = mean_of(one.accuracies), gain = gain_over(all[0], one);
    json["features"][one.name] = {{"accuracy", mean.value},
                                  {"half_interval", mean.half_interval},
                                  {"accuracies", one.accuracies},
                                  {"ridges", one.ridges},
                                  {"discriminator_better_by", gain.value},
                                  {"better_by_half_interval", gain.half_interval}};
  }
  return json;
}

void probe(const Invocation& invocation, ProbeCommand& command) {
  command.pictures.check();
  if (command.test.empty()) throw UsageError("--test is missing: the pictures to read", "add --test DIR");
  if (!command.out.empty() && lowercase(fs::path(command.out).extension().native()) != ".png")
    throw UsageError("--out is '" + printable(command.out) + "': only PNG is written", "name a .png");
  check_place(command.out);
  const fs::path model = invocation.positional(0);
  const int64_t threads = command.pictures.thread_count();
  settle_threads_of_long_work(command.pictures.threads);
  const auto loaded = load_network(model, {command.model});
  DiscriminatorNet trained = load_discriminator(model, loaded, command.model.at);
  DiscriminatorNet random(loaded.net->plan());
  initialise(*random, static_cast<uint64_t>(command.seed), NetworkRole::kDiscriminator);
  random->eval();
  adopt_model(invocation, loaded.info, command.pictures.pixels);
  const Dataset data = open_pictures(command.pictures.data, command.pictures.pixels, threads);
  const Dataset test = open_pictures(command.test, command.pictures.pixels, threads);
  remark_on(data, command.pictures.data), remark_on(test, command.test);
  check_sets(command, *data.pixels, *test.pixels);

  std::vector<Contestant> all;
  all.push_back({"discriminator", [&](const at::Tensor& x) { return discriminator_features(trained, x); }});
  all.push_back({"raw pixels", [](const at::Tensor& x) { return x.flatten(1).to(at::kFloat); }});
  all.push_back({"random discriminator", [&](const at::Tensor& x) { return discriminator_features(random, x); }});
  const auto tested = all_labelled(*test.pixels);
  const auto truth = labels_of(*test.pixels, tested);
  const auto classes = static_cast<int64_t>(data.pixels->info().classes.size());
  auto mistaken = at::zeros({classes, classes}, at::kLong);
  {
    ProgressLine line;
    const auto pictures = images_of(*test.pixels, tested, threads);
    for (auto& one : all) one.of_test = one.features(pictures);
    for (int64_t draw = 0; draw < command.draws; ++draw) {
      const auto which = told(*data.pixels, command.labels, static_cast<uint64_t>(command.seed), draw);
      const auto images = images_of(*data.pixels, which, threads), labels = labels_of(*data.pixels, which);
      for (auto& one : all) {
        throw_if_stopped("not all draws were made");
        line.progress()("probe of " + one.name + ", draw", draw + 1, command.draws);
        const LinearProbe linear(one.features(images), labels, classes);
        const auto read = linear(one.of_test);
        one.accuracies.push_back(read.eq(truth).to(at::kDouble).mean().item<double>());
        one.ridges.push_back(linear.ridge());
        if (&one == &all[0]) mistaken += confusion(truth, read, classes);
      }
    }
  }
  if (command.json)
    std::printf("%s", pretty(printable_json(to_json(all, command, truth.size(0)))).c_str());
  else
    print_table(all, command, truth.size(0));
  if (command.out.empty()) return;
  const int64_t* counts = mistaken.const_data_ptr<int64_t>();
  std::vector<std::string> names;
  for (const auto& name : data.pixels->info().classes) names.push_back(printable(name));
  write_file(command.out, encode_png(confusion_picture(names, {counts, counts + classes * classes})));
}

}  // namespace

Verb probe_verb() {
  Verb verb;
  verb.name = "probe";
  verb.group = "Measure";
  verb.examples = {"dcgan probe runs/classes --data classes/ --test others/ --labels 8"};
  verb.help = "how much a discriminator's features tell about the classes of pictures";
  verb.details =
      "A linear classifier on the features of `dcgan features`, taught a few labels, beside the same on raw pixels and "
      "on\n"
      "the features of a discriminator that was never trained. How strongly it is held back is chosen by leaving out "
      "one\n"
      "labelled picture after another.";
  verb.positionals = {{"MODEL", "run directory, checkpoint or safetensors of both networks"}};
  set_options<ProbeCommand>(verb, probe);
  return verb;
}

}  // namespace dcgan
