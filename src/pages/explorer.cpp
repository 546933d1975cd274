#include "pages/explorer.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "formats/npy.hpp"
#include "image/png.hpp"
#include "latent/curves.hpp"
#include "nn/latents.hpp"

namespace dcgan {
namespace {

constexpr int64_t kDirections = 8;

}  // namespace

at::Tensor principal_directions(const GeneratorNetImpl& net, int64_t latent, int64_t count) {
  for (const auto& item : net.named_parameters()) {
    const at::Tensor& weight = item.value();
    if (weight.dim() < 2) continue;
    const int64_t side = weight.size(0) == latent ? 0 : weight.size(1) == latent ? 1 : -1;
    if (side < 0) continue;
    const auto w = weight.detach().to(at::kDouble).transpose(0, side).reshape({latent, -1});
    const auto vectors = std::get<1>(at::linalg_eigh(w.matmul(w.t())));  // columns, rising
    return vectors.flip(1).slice(1, 0, std::min(count, latent)).t().contiguous().to(at::kFloat);
  }
  return at::zeros({0, latent});
}

void Explorer::open() {
  const fs::path newest = checkpoint_of(run_);
  if (newest == checkpoint_) return;
  const LoadedNetwork loaded = load_network(newest);
  directions_ = principal_directions(*loaded.net, loaded.info.latent, kDirections);
  generator_ = make_generator(loaded.net, loaded.info);
  checkpoint_ = newest;
}

LatentPlace latent_place(const Query& query) {
  LatentPlace place;
  const std::string points = query("points");
  const ImageNames names = parse_image_names(points.empty() ? "0" : points, 0, "points");
  if (names.size() > 4) throw UsageError("points are more than four", "give one to four, like 0:3,0:5");
  for (int64_t i = 0; i < names.size(); ++i) place.points.push_back(names[i]);
  place.x = number_in(query, "x", 0, 1, 0), place.y = number_in(query, "y", 0, 1, 0);
  std::string steps = query("d");
  for (size_t i = 0; !steps.empty(); ++i) {
    if (i == 64) throw UsageError("d has more than 64 numbers", "give one a direction");
    const size_t comma = std::min(steps.find(','), steps.size());
    const std::string one = steps.substr(0, comma);
    place.directions.push_back(number_in([&](const std::string&) { return one; }, "d", -20, 20, 0));
    steps.erase(0, comma + 1);
  }
  if (std::all_of(place.directions.begin(), place.directions.end(), [](double step) { return step == 0; }))
    place.directions.clear();
  if (!query("class").empty()) place.class_number = whole_in(query, "class", 0, 1'000'000);
  place.most = number_in(query, "truncate", 0.01, 100, std::numeric_limits<double>::infinity());
  return place;
}

Json Explorer::describe() {
  const std::lock_guard lock(mutex_);
  open();
  const auto& info = generator_->info();
  return {{"latent", info.latent},           {"width", info.width},
          {"height", info.height},           {"channels", info.channels},
          {"classes", info.class_names},     {"directions", directions_.size(0)},
          {"images_seen", info.images_seen}, {"checkpoint", printable(checkpoint_.filename().native())}};
}

at::Tensor Explorer::z_of(const LatentPlace& place) const {
  const LatentSpace space = generator_->info().latent_space();
  std::vector<at::Tensor> points;
  for (const ImageName& name : place.points)
    points.push_back(latents(name.seed, Purpose::kSampleLatent, name.index, 1, space)[0]);
  at::Tensor z = points.front();
  if (points.size() == 2) z = between(points[0], points[1], place.x, Curve::kSpherical);
  if (points.size() > 2)
    z = within_corners({points[0], points[1], points[2], points.back()}, place.x, place.y, Curve::kSpherical);
  const auto count = std::min(static_cast<int64_t>(place.directions.size()), directions_.size(0));
  for (int64_t i = 0; i < count; ++i) z = z + place.directions[static_cast<size_t>(i)] * directions_[i];
  return truncated(z.unsqueeze(0), place.most, space.is_uniform);
}

Image Explorer::image_of_place(const LatentPlace& place) {
  open();
  const int64_t classes = generator_->info().classes;
  if (classes > 0 && place.class_number >= classes)
    throw UsageError("class is " + std::to_string(place.class_number),
                     "there are " + counted(classes, "class", "classes"));
  const auto y = classes > 0 ? at::full({1}, place.class_number, at::kLong) : at::Tensor();
  return image_of(to_bytes((*generator_)(z_of(place), y)), 0);
}

std::string Explorer::plain_png(const LatentPlace& place) {
  const std::lock_guard lock(mutex_);
  return encode_png(image_of_place(place));
}

std::string Explorer::png(const LatentPlace& place) {
  std::string names;
  for (const ImageName& name : place.points) names += (names.empty() ? "" : ", ") + name.text();
  const bool is_one = place.points.size() == 1 && place.directions.empty() && std::isinf(place.most);
  const std::lock_guard lock(mutex_);
  const Image image = image_of_place(place);
  return encode_png(image, generated_text(generator_->checksum(), is_one ? names : "between and beside " + names));
}

std::string Explorer::latent(const LatentPlace& place) {
  const std::lock_guard lock(mutex_);
  open();
  const auto z = z_of(place).contiguous();
  return npy_head(ElementType::kF32, z.sizes().vec()) +
         std::string(static_cast<const char*>(z.const_data_ptr()), z.nbytes());
}

std::shared_ptr<Explorer> Explorers::of(const fs::path& run) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::find_if(explorers_.begin(), explorers_.end(), [&](const auto& one) { return one.first == run; });
  if (found != explorers_.end()) {
    std::rotate(found, found + 1, explorers_.end());
  } else {
    if (explorers_.size() >= most_) explorers_.erase(explorers_.begin());
    explorers_.emplace_back(run, std::make_shared<Explorer>(run));
  }
  return explorers_.back().second;
}

}  // namespace dcgan
