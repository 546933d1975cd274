// `dcgan neighbours`: the real pictures that a model's images are nearest to.

#include <cstdio>

#include "cli/picture_files.hpp"
#include "cli/verb.hpp"
#include "cli/verbs/neighbours_sheet.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "nn/latents.hpp"

namespace dcgan {
namespace {

struct NeighboursCommand {
  std::string out;
  int64_t count = 8;
  int64_t nearest = 3;
  std::string images;
  RealPicturesOptions beside;
  LatentOptions latent;
  ModelChoice model;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("out", out, "a .png: a row an image, it and its nearest real pictures", any_text("FILE.png"));
    visit("count", count, "images 0, 1, 2... of the seed", within(1, 1000, "images"));
    visit("images", images, "names instead of --count, like 3,17,40-49 or, with a seed, 7:3", any_text("LIST"));
    visit("nearest", nearest, "real pictures beside each image", within(1, 20, "pictures"));
    latent.fields(visit);
    model.fields(visit);
    beside.fields(visit);
  }
};

void neighbours(const Invocation& invocation, NeighboursCommand& command) {
  pictures_out(command.out, {PicturesOut::kSheet});
  command.beside.check();
  settle_threads_of_long_work(command.beside.threads);
  const auto generator = open_generator(invocation.positional(0), command.model);
  if (!command.images.empty() && invocation.is_given("count"))
    throw UsageError("--images and --count are both a choice of images", "give one of them");
  ImageNames names;
  const auto seed = static_cast<uint64_t>(command.latent.seed);
  if (command.images.empty())
    names.add(seed, 0, command.count - 1);
  else
    names = parse_image_names(command.images, seed);
  const NeighboursFound found = neighbours_sheet(invocation, *generator, names, command.latent.most(), command.nearest,
                                                 command.beside, seed, command.out);
  write_file(command.out, encode_png(found.sheet, generated_text(generator->checksum(), names.text())));
  std::printf("%s beside the nearest of %s, by %s: %s; in %s\n", counted(names.size(), "image").c_str(),
              counted(found.real, "real picture").c_str(), found.network.c_str(),
              found.copies == 0 ? "none is a copy" : counted(found.copies, "copy", "copies").c_str(),
              shown(command.out).c_str());
}

}  // namespace

Verb neighbours_verb() {
  Verb verb;
  verb.name = "neighbours";
  verb.group = "Measure";
  verb.examples = {"dcgan neighbours runs/first --data photos/ --out neighbours.png"};
  verb.help = "the real pictures nearest to a model's images: did it learn, or memorise?";
  verb.details =
      "Under each real picture stands its distance. An image counts as a copy where the nearest is less than half as "
      "far\n"
      "as that picture's fifth nearest other real one; docs/metrics.md.";
  verb.positionals = {{"MODEL", "run directory, checkpoint or exported model (.pt, .safetensors)"}};
  set_options<NeighboursCommand>(verb, neighbours);
  return verb;
}

}  // namespace dcgan
