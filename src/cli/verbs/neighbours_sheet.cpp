// Images of a model beside the real pictures that they are nearest to.
#include "cli/verbs/neighbours_sheet.hpp"

#include <algorithm>

#include "cli/picture_files.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "eval/real_side.hpp"
#include "nn/latents.hpp"

namespace dcgan {
namespace {

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

}  // namespace

NeighboursFound neighbours_sheet(const Invocation& invocation, Generator& generator, const ImageNames& names,
                                 double most, int64_t nearest_count, RealPicturesOptions& beside, uint64_t seed,
                                 const std::string& out) {
  const auto& info = generator.info();
  const int64_t threads = beside.thread_count();
  const int64_t columns = 1 + nearest_count;
  std::vector<std::string> captions = {"real 0.000"};  // the shortest
  for (int64_t i = 0; i < names.size(); ++i) captions.push_back(names[i].text());
  const auto new_sheet = [&] {
    return make_sheet(sheet_layout(names.size() * columns, columns, {info.width, info.height}, info.channels, captions),
                      out);
  };
  new_sheet();  // refuses one that is too large before anything is computed

  adopt_model(invocation, info, beside.pixels);
  const Dataset data = open_pictures(beside.data, beside.pixels, threads);
  remark_on(data, beside.data);
  const auto network = beside.open_network(data.pixels->info().size, invocation.is_given("run-code"));
  ProgressLine line;
  std::vector<std::string> remarks;
  const RealSide real = open_real_side(*data.pixels, beside.pixels, *network, {beside.most_real(), seed, threads},
                                       line.progress(), remarks);
  for (const auto& remark : remarks) warn(remark);
  const auto images = made_images(generator, names, most);
  const auto given = network->columns(images);
  const Neighbours found = nearest(real.reference.measured(given), real.reference.features, nearest_count);
  const auto ratios = closeness(given, real.reference).ratio;
  const auto distances = found.squared.sqrt();
  const auto distance_text = [&](int64_t i, int64_t k) {
    return "real " + fixed_text(distances[i][k].item<double>(), 3);
  };
  const int64_t shown_nearest = std::min(nearest_count, real.count());
  for (int64_t i = 0; i < names.size(); ++i)
    for (int64_t k = 0; k < shown_nearest; ++k) captions.push_back(distance_text(i, k));
  Sheet sheet = new_sheet();
  int64_t copies = 0;
  Image picture(info.width, info.height, info.channels);
  for (int64_t i = 0; i < names.size(); ++i) {
    const auto ratio = ratios[i].item<double>();
    copies += ratio < kMemorisedRatio;
    sheet.put(i * columns, image_of(images, i), names[i].text());
    for (int64_t k = 0; k < shown_nearest; ++k) {
      data.pixels->copy(real.which[static_cast<size_t>(found.index[i][k].item<int64_t>())], picture.pixels.data());
      sheet.put(i * columns + 1 + k, picture, distance_text(i, k));
    }
  }
  return {sheet.image(), copies, real.count(), network->info().name};
}

}  // namespace dcgan
