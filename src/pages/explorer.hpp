// The generator of a run, for a page: latents put together from a few named ones, moved along directions, as pictures.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "exchange/generator.hpp"
#include "latent/images.hpp"
#include "pages/http/requests.hpp"

namespace dcgan {

/// A place in latent space.
struct LatentPlace {
  std::vector<ImageName> points;   // one; two, with x between them; three or four: corners of a square
  double x = 0, y = 0;             // shares of the way, 0 to 1
  std::vector<double> directions;  // steps along the principal directions, in standard deviations
  int64_t class_number = 0;        // where there are classes
  double most = std::numeric_limits<double>::infinity();  // truncation
};

/// From points=3,7:12 x= y= d=0.5,-1 class= truncate=. Throws UsageError naming what is wrong.
LatentPlace latent_place(const Query& query);

/// Any thread may call; one image is made at a time.
class Explorer {
 public:
  explicit Explorer(fs::path run) : run_(std::move(run)) {}

  /// {"latent", "width", "height", "channels", "classes": [names], "directions": n, "images_seen", "checkpoint"}; takes
  /// the best state that the run has by now.
  Json describe();
  /// The image as the bytes of a PNG file, which says that it was generated.
  std::string png(const LatentPlace& place);
  /// Without a word in it.
  std::string plain_png(const LatentPlace& place);
  /// z [1, latent] as the bytes of a .npy file.
  std::string latent(const LatentPlace& place);

 private:
  // With mutex_ held.
  void open();
  at::Tensor z_of(const LatentPlace& place) const;
  Image image_of_place(const LatentPlace& place);

  const fs::path run_;
  std::mutex mutex_;  // of what follows
  fs::path checkpoint_;
  std::unique_ptr<Generator> generator_;
  at::Tensor directions_;  // [n, latent], of length 1
};

/// Those of the runs that were looked at last, since a generator takes memory. Any thread may call.
class Explorers {
 public:
  /// `most`: how many are kept.
  explicit Explorers(size_t most) : most_(most) {}
  /// That of a run. A new one takes the place of the one that was asked for longest ago; who holds that may end.
  std::shared_ptr<Explorer> of(const fs::path& run);

 private:
  const size_t most_;
  std::mutex mutex_;                                                       // of what follows
  std::vector<std::pair<fs::path, std::shared_ptr<Explorer>>> explorers_;  // the one asked for last comes last
};

/// Directions in which the first layer of a generator changes most: eigenvectors of W W^T, strongest first, [count,
/// latent]. Shen and Zhou 2021, "Closed-Form Factorization of Latent Semantics in GANs", equation 7.
at::Tensor principal_directions(const GeneratorNetImpl& net, int64_t latent, int64_t count);

}  // namespace dcgan
