// `dcgan neighbours`: the real pictures that a model's images are nearest to.
#include <ATen/Parallel.h>

#include <cstdio>

#include "cli/opening.hpp"
#include "cli/picture_files.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "eval/real_side.hpp"
#include "latent/images.hpp"
#include "latent/latents.hpp"

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

/// The images, uint8 [N, H, W, C].
at::Tensor made_images(Generator& generator, const ImageNames& names, double most) {
  const auto& info = generator.info();
  auto all = at::empty({names.size(), info.height, info.width, info.channels}, at::kByte);
  generate(
      generator, names, ImageClasses(info.classes),
      [&](int64_t i, const Image& image) {
        std::copy(image.pixels.begin(), image.pixels.end(), all[i].mutable_data_ptr<uint8_t>());
      },
      most);
  return all;
}

void neighbours(const Invocation& invocation, NeighboursCommand& command) {
  pictures_out(command.out, {PicturesOut::kSheet});
  command.beside.check();
  const int64_t threads = command.beside.thread_count();
  at::set_num_threads(static_cast<int>(threads));
  const auto generator = open_generator(invocation.positional(0), command.model);
  const auto& info = generator->info();
  if (!command.images.empty() && invocation.is_given("count"))
    throw UsageError("--images and --count are both a choice of images", "give one of them");
  ImageNames names;
  const auto seed = static_cast<uint64_t>(command.latent.seed);
  if (command.images.empty())
    names.add(seed, 0, command.count - 1);
  else
    names = parse_image_names(command.images, seed);
  Sheet::Layout layout;
  layout.columns = 1 + command.nearest, layout.count = names.size() * layout.columns;
  layout.width = info.width, layout.height = info.height, layout.channels = info.channels;
  layout.caption_width = Sheet::caption_width("real 0.000");  // the shortest
  for (int64_t i = 0; i < names.size(); ++i)
    layout.caption_width = std::max(layout.caption_width, Sheet::caption_width(names[i].text()));
  make_sheet(layout, command.out);  // refuses one that is too large before anything is computed

  adopt_model(invocation, info, command.beside.pixels);
  const Dataset data = open_pictures(command.beside.data, command.beside.pixels, threads);
  remark_on(data);
  const auto network = features_named(command.beside.features, data.pixels->info().size);
  ProgressLine line;
  std::vector<std::string> remarks;
  const RealSide real = open_real_side(*data.pixels, command.beside.pixels, *network,
                                       {command.beside.real, seed, threads}, line.progress(), remarks);
  for (const auto& remark : remarks) warn(remark);
  const auto images = made_images(*generator, names, command.latent.most());
  const auto features = (*network)(images);
  const Neighbours found = nearest(features, real.reference.features, command.nearest);
  const auto ratios = closeness(features, real.reference.features, real.reference.neighbourhoods).ratio;
  const auto distances = found.squared.sqrt();
  const auto distance_text = [&](int64_t i, int64_t k) {
    return "real " + fixed_text(distances[i][k].item<double>(), 3);
  };
  const int64_t shown_nearest = std::min(command.nearest, real.count());
  for (int64_t i = 0; i < names.size(); ++i)
    for (int64_t k = 0; k < shown_nearest; ++k)
      layout.caption_width = std::max(layout.caption_width, Sheet::caption_width(distance_text(i, k)));
  Sheet sheet = make_sheet(layout, command.out);
  int64_t copies = 0;
  Image picture(info.width, info.height, info.channels);
  for (int64_t i = 0; i < names.size(); ++i) {
    const auto ratio = ratios[i].item<double>();
    copies += ratio < kMemorisedRatio;
    sheet.put(i * layout.columns, image_of(images, i), names[i].text());
    for (int64_t k = 0; k < shown_nearest; ++k) {
      data.pixels->copy(real.which[static_cast<size_t>(found.index[i][k].item<int64_t>())], picture.pixels.data());
      sheet.put(i * layout.columns + 1 + k, picture, distance_text(i, k));
    }
  }
  write_file(command.out, encode_png(sheet.image(), generated_text(generator->checksum(), names.text())));
  std::printf("%s beside the nearest of %s, by %s: %s; in %s\n", counted(names.size(), "image").c_str(),
              counted(real.count(), "real picture").c_str(), network->info().name.c_str(),
              copies == 0 ? "none is a copy" : counted(copies, "copy", "copies").c_str(), shown(command.out).c_str());
}

}  // namespace

Verb neighbours_verb() {
  Verb verb;
  verb.name = "neighbours";
  verb.help = "the real pictures nearest to a model's images: did it learn, or learn by heart?";
  verb.details =
      "Under each real picture stands its distance. An image counts as a copy where the nearest is less than half as "
      "far\n"
      "as that picture's fifth nearest other real one; docs/metrics.md.";
  verb.positionals = {{"MODEL", "run directory, checkpoint or exported generator"}};
  set_options<NeighboursCommand>(verb, neighbours);
  return verb;
}

}  // namespace dcgan
