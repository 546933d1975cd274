#include <dcgan/dcgan.hpp>

#include "core/checked.hpp"
#include "core/error.hpp"
#include "core/platform/io/file.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "image/png.hpp"

namespace dcgan {

const char* library_version() { return kVersionText; }

std::string encode_png(const Picture& picture) {
  constexpr int64_t kLargestSide = 65'535;
  const auto is_side = [](int64_t side) { return side >= 1 && side <= kLargestSide; };
  const bool is_picture = is_side(picture.width) && is_side(picture.height) &&
                          (picture.channels == 1 || picture.channels == 3 || picture.channels == 4);
  if (!is_picture || picture.pixels.size() != static_cast<size_t>(picture.width * picture.height * picture.channels))
    throw UsageError("a picture of " + std::to_string(picture.width) + " x " + std::to_string(picture.height) +
                         " pixels and " + counted(picture.channels, "channel") + " does not have " +
                         counted(static_cast<int64_t>(picture.pixels.size()), "byte"),
                     "give height x width x channels bytes; channels are 1, 3 or 4");
  Image image;
  image.width = picture.width, image.height = picture.height, image.channels = picture.channels;
  image.pixels = picture.pixels;
  return encode_png(image, picture.text);
}

void save_png(const Picture& picture, const std::filesystem::path& file) { write_file(file, encode_png(picture)); }

}  // namespace dcgan
