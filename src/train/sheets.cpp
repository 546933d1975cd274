#include "train/sheets.hpp"

#include <algorithm>

#include "latent/images.hpp"
#include "step/trainer.hpp"

namespace dcgan {
namespace {

/// Images on a grid: 64, fewer where they are large, so that a sheet stays under 64 megapixels.
int64_t grid_images(Size size) {
  constexpr int64_t kMostSide = 8000;  // pixels
  const int64_t a_side = std::clamp<int64_t>(kMostSide / (std::max(size.width, size.height) + 2), 1, 8);
  return a_side * a_side;
}

}  // namespace

LoaderOptions loader_options(const TrainPlan& plan, const Pixels& pixels, int64_t first_image, const Group& group) {
  const auto& options = plan.options;
  LoaderOptions loader;
  loader.stride = *options.train.batch;
  loader.batch = loader.stride / group.size();
  loader.first_image = first_image + group.rank() * loader.batch;
  loader.seed = static_cast<uint64_t>(options.train.seed);
  loader.flip = options.data.flip, loader.class_balanced = options.data.class_balanced;
  loader.threads = pixels.decodes() ? *options.run.threads : 1;
  loader.ahead = 2 + loader.threads;
  return loader;
}

RunSheets::RunSheets(const TrainPlan& plan, const Pixels& pixels, const RunDirectory& directory)
    : plan_(plan), pixels_(pixels), directory_(directory), count_(grid_images(plan.network.shape.size())) {}

const Batch& RunSheets::first_pictures() {
  if (!first_pictures_.labels.empty()) return first_pictures_;
  auto options = loader_options(plan_, pixels_, 0, *alone());
  options.batch = count_, options.ahead = 1, options.threads = 1;
  first_pictures_ = Loader(pixels_, options).next();
  return first_pictures_;
}

Sheet::Layout RunSheets::layout() const {
  return sheet_layout(count_, 0, plan_.network.shape.size(), plan_.network.image_channels);
}

void RunSheets::write_sheet(const fs::path& path, const uint8_t* bytes) const {
  const auto& info = pixels_.info();
  Sheet sheet(layout());
  for (int64_t i = 0; i < count_; ++i) {
    Image image(info.size.width, info.size.height, info.channels);
    image.pixels.assign(bytes + i * info.image_bytes(), bytes + (i + 1) * info.image_bytes());
    sheet.put(i, image);
  }
  write_file(path, encode_png(sheet.image()));
}

void RunSheets::write_real() { write_sheet(directory_.real_samples(), first_pictures().pixels.data()); }

void RunSheets::write_augmented(const Trainer& trainer) {
  Batch batch = first_pictures();
  batch.first_image = trainer.images();
  if (const auto images = trainer.real_as_d_sees(batch); images.defined())
    write_sheet(directory_.augmented_samples(), to_bytes(images).const_data_ptr<uint8_t>());
}

fs::path RunSheets::write_grid(Generator& generator, int64_t images) const {
  const auto seed = static_cast<uint64_t>(plan_.options.train.seed);
  Sheet::Layout layout = this->layout();
  ImageNames names;
  std::optional<ClassRows> rows;
  if (plan_.network.classes > 0) {
    rows.emplace(plan_.network.classes, count_);
    names = rows->names(seed);
    layout.count = rows->count(), layout.columns = rows->columns;
  } else {
    names.add(seed, 0, count_ - 1);
  }
  Sheet sheet(layout);
  generate(generator, names, [&](int64_t i, const Image& image) { sheet.put(rows ? rows->place(i) : i, image); });
  const fs::path path = directory_.samples(images);
  write_file(path, encode_png(sheet.image(), generated_text(generator.checksum(), names.text())));
  return path;
}

}  // namespace dcgan
