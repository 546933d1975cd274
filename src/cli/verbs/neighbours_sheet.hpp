// Images of a model beside the real pictures that they are nearest to: `dcgan neighbours` and reports.
#pragma once

#include "cli/model_options.hpp"
#include "image/sheet.hpp"
#include "latent/images.hpp"

namespace dcgan {

struct NeighboursFound {
  Image sheet;  // a row an image: it, then its `nearest_count` real pictures, each with its distance
  int64_t copies = 0, real = 0;
  std::string network;
};

/// `beside` is completed by what the model's images are (adopt_model). `out`: where the sheet is to go, for errors.
NeighboursFound neighbours_sheet(const Invocation& invocation, Generator& generator, const ImageNames& names,
                                 double most, int64_t nearest_count, RealPicturesOptions& beside, uint64_t seed,
                                 const std::string& out);

}  // namespace dcgan
