// `dcgan features` and `dcgan score`: what a discriminator sees in pictures, and what it thinks of them.
#include <ATen/ATen.h>

#include <cmath>
#include <cstdio>
#include <cstring>

#include "cli/model_options.hpp"
#include "cli/picture_files.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "dataset/named.hpp"
#include "eval/discriminator_features.hpp"
#include "exchange/discriminator.hpp"
#include "formats/npy.hpp"

namespace dcgan {
namespace {

struct DiscriminatorCommand {
  std::string out;
  CheckpointChoice model;
  PicturesOptions pictures;

  template <class Visit>
  void fields_but_out(Visit&& visit) {
    model.fields(visit);
    pictures.fields(visit);
  }
};

struct FeaturesCommand : DiscriminatorCommand {
  template <class Visit>
  void fields(Visit&& visit) {
    visit("out", out, "features, float32 [N, F]; names and classes go beside it, FILE.csv", any_text("FILE.npy"));
    fields_but_out(visit);
  }
};

struct ScoreCommand : DiscriminatorCommand {
  template <class Visit>
  void fields(Visit&& visit) {
    visit("out", out, "a line a picture: its name, class, logit, and probability of being real", any_text("FILE.csv"));
    fields_but_out(visit);
  }
};

/// Everything that both verbs open.
struct Opened {
  std::string data;
  LoadedNetwork loaded;
  DiscriminatorNet net{nullptr};
  std::unique_ptr<NamedPictures> pictures;

  std::string class_name(int32_t label) const {
    return label < 0 ? "" : csv_field(printable(pictures->classes()[static_cast<size_t>(label)]));
  }
};

Opened open_both(const Invocation& invocation, DiscriminatorCommand& command, const std::string& ending) {
  if (command.out.empty()) throw UsageError("--out is missing: the file to write", "add --out FILE" + ending);
  if (lowercase(fs::path(command.out).extension().native()) != ending)
    throw UsageError("--out is '" + printable(command.out) + "': a " + ending + " file is written", "name a " + ending);
  check_place(command.out);
  command.pictures.check();
  const fs::path model = invocation.positional(0);
  settle_threads_of_long_work(command.pictures.threads);
  Opened opened;
  opened.data = command.pictures.data;
  opened.loaded = load_network(model, {command.model});
  opened.net = load_discriminator(model, opened.loaded, command.model.at);
  adopt_model(invocation, opened.loaded.info, command.pictures.pixels);
  opened.pictures =
      std::make_unique<NamedPictures>(command.pictures.data, command.pictures.pixels, command.pictures.thread_count());
  return opened;
}

/// Pictures by blocks: names, classes and images uint8 [n, H, W, C], n up to kFeatureBatch.
class Blocks {
 public:
  using Take = std::function<void(const std::vector<NamedPicture>&, const at::Tensor&)>;
  Blocks(const GeneratorInfo& info, Take take) : info_(info), take_(std::move(take)) {}

  void add(const NamedPicture& one) {
    block_.push_back(one);
    if (static_cast<int64_t>(block_.size()) == kFeatureBatch) flush();
  }
  void flush() {
    if (block_.empty()) return;
    auto images =
        at::empty({static_cast<int64_t>(block_.size()), info_.height, info_.width, info_.channels}, at::kByte);
    for (size_t i = 0; i < block_.size(); ++i)
      std::memcpy(images[static_cast<int64_t>(i)].mutable_data_ptr<uint8_t>(), block_[i].image.pixels.data(),
                  block_[i].image.pixels.size());
    take_(block_, images);
    block_.clear();
  }

 private:
  const GeneratorInfo& info_;
  Take take_;
  std::vector<NamedPicture> block_;
};

/// Runs over all pictures, with a line on a terminal; warns of those that were left out.
void run_over(const Opened& opened, Blocks::Take take) {
  ProgressLine line;
  int64_t done = 0;
  Blocks blocks(opened.loaded.info, std::move(take));
  PixelsInfo info;
  info.skipped = opened.pictures->each([&](const NamedPicture& one) {
    blocks.add(one);
    if (++done % kFeatureBatch == 0) line.progress()("pictures", done, opened.pictures->count());
  });
  blocks.flush();
  warn_of_skipped(info, opened.data);
}

void features(const Invocation& invocation, FeaturesCommand& command) {
  Opened opened = open_both(invocation, command, ".npy");
  AtomicFile file(command.out), list(fs::path(command.out).replace_extension(".csv"));
  // How many pictures can be used shows when they are read: the head is written again then, of the same length.
  const std::string head = npy_head(ElementType::kF32, {opened.pictures->count(), int64_t{1} << 30});
  file.append(head);
  list.append("index,name,class\n");
  int64_t count = 0, length = 0;
  run_over(opened, [&](const std::vector<NamedPicture>& block, const at::Tensor& images) {
    const auto rows = discriminator_features(opened.net, images).contiguous();
    length = rows.size(1);
    file.append(rows.const_data_ptr(), rows.nbytes());
    for (const auto& one : block)
      list.append(std::to_string(count++) + "," + csv_field(one.name) + "," + opened.class_name(one.label) + "\n");
  });
  const std::string final_head = npy_head(ElementType::kF32, {count, length});
  if (final_head.size() != head.size()) throw Error("the header of '" + shown(command.out) + "' does not fit");
  file.write_at(final_head.data(), final_head.size(), 0);
  list.commit();
  file.commit();
  std::printf("%s features of %s by the discriminator of %s in %s, their names beside it\n",
              with_commas(length).c_str(), counted(count, "picture").c_str(), opened.loaded.info.origin.c_str(),
              shown(command.out).c_str());
}

/// The class of each picture for a discriminator that wants one.
at::Tensor classes_of(const std::vector<NamedPicture>& block) {
  auto y = at::empty({static_cast<int64_t>(block.size())}, at::kLong);
  for (size_t i = 0; i < block.size(); ++i) {
    if (block[i].label < 0)
      throw UsageError("'" + block[i].name + "' has no class, and this discriminator needs one for every picture",
                       "put it into the folder of its class");
    y.mutable_data_ptr<int64_t>()[i] = block[i].label;
  }
  return y;
}

void score(const Invocation& invocation, ScoreCommand& command) {
  Opened opened = open_both(invocation, command, ".csv");
  const auto& info = opened.loaded.info;
  if (info.classes > 0) check_model_classes(info, opened.pictures->classes(), command.pictures.data);
  AtomicFile file(command.out);
  file.append("name,class,logit,probability\n");
  int64_t count = 0;
  double sum = 0;
  run_over(opened, [&](const std::vector<NamedPicture>& block, const at::Tensor& images) {
    const auto logits =
        discriminator_logits(opened.net, images, info.classes > 0 ? classes_of(block) : at::Tensor()).contiguous();
    for (size_t i = 0; i < block.size(); ++i) {
      const double logit = logits.const_data_ptr<float>()[i];
      file.append(csv_field(block[i].name) + "," + opened.class_name(block[i].label) + "," + fixed_text(logit, 6) +
                  "," + fixed_text(1 / (1 + std::exp(-logit)), 6) + "\n");
      sum += logit, ++count;
    }
  });
  file.commit();
  std::printf("%s scored by the discriminator of %s, mean logit %s; in %s\n", counted(count, "picture").c_str(),
              info.origin.c_str(), fixed_text(sum / static_cast<double>(count), 3).c_str(), shown(command.out).c_str());
}

}  // namespace

Verb features_verb() {
  Verb verb;
  verb.name = "features";
  verb.group = "Measure";
  verb.examples = {"dcgan features runs/first --data photos/ --out features.npy"};
  verb.help = "what a model's discriminator sees in pictures, as numbers";
  verb.details =
      "The maps of every layer, each the maximum over a 4 x 4 grid: Radford et al. 2015, section 5.1. Pictures are "
      "cut\n"
      "as the model's own were. Memory does not grow with their count.";
  verb.positionals = {{"MODEL", "run directory, checkpoint or safetensors of both networks"}};
  set_options<FeaturesCommand>(verb, features);
  return verb;
}

Verb score_verb() {
  Verb verb;
  verb.name = "score";
  verb.group = "Measure";
  verb.examples = {"dcgan score runs/first --data photos/ --out scores.csv"};
  verb.help = "how real pictures look to a model's discriminator";
  verb.details =
      "A discriminator knows the pictures of its own training best: scores compare pictures, they prove nothing.";
  verb.positionals = {{"MODEL", "run directory, checkpoint or safetensors of both networks"}};
  set_options<ScoreCommand>(verb, score);
  return verb;
}

}  // namespace dcgan
