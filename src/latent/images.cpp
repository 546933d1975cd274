#include "latent/images.hpp"

#include <ATen/Functions.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "core/error.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "latent/latents.hpp"

namespace dcgan {
namespace {

constexpr int64_t kMostNames = 100'000'000;

[[noreturn]] void refuse_names(const std::string& text, const std::string& part) {
  throw UsageError("--images is '" + printable(text) + "': cannot read '" + printable(part) + "'",
                   "write indices and ranges like 3,17,40-49; with a seed before them: 7:3");
}

std::vector<std::string> split(const std::string& text, char by) {
  std::vector<std::string> parts(1);
  for (const char c : text) c == by ? void(parts.emplace_back()) : parts.back().push_back(c);
  return parts;
}

/// One block of images: names that share a seed and index / kImageBlock.
class Blocks {
 public:
  explicit Blocks(Generator& generator) : generator_(generator) {}

  Image image(const ImageName& name) {
    if (bytes_.numel() == 0 || name.seed != seed_ || name.index / kImageBlock != block_) {
      seed_ = name.seed, block_ = name.index / kImageBlock;
      const auto z =
          latents(seed_, Purpose::kSampleLatent, block_ * kImageBlock, kImageBlock, generator_.info().latent);
      bytes_ = to_bytes(generator_(z));
    }
    const auto one = bytes_[name.index % kImageBlock];
    Image image(one.size(1), one.size(0), one.size(2));
    std::memcpy(image.pixels.data(), one.const_data_ptr<uint8_t>(), image.pixels.size());
    return image;
  }

 private:
  Generator& generator_;
  uint64_t seed_ = 0;
  int64_t block_ = -1;
  at::Tensor bytes_ = at::empty({0}, at::kByte);
};

}  // namespace

void ImageNames::add(uint64_t seed, int64_t first, int64_t last) {
  ranges_.push_back({size_, {seed, first}});
  size_ += last - first + 1;
}

ImageName ImageNames::operator[](int64_t i) const {
  const auto after =
      std::upper_bound(ranges_.begin(), ranges_.end(), i, [](int64_t at, const Range& r) { return at < r.place; });
  const Range& range = *std::prev(after);
  return {range.first.seed, range.first.index + (i - range.place)};
}

ImageNames parse_image_names(const std::string& text, uint64_t seed) {
  ImageNames names;
  for (const std::string& part : split(text, ',')) {
    const auto number = [&](std::string_view digits) {
      int64_t value = -1;
      const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
      if (problem != std::errc() || end != digits.data() + digits.size() || value < 0) refuse_names(text, part);
      return value;
    };
    const size_t colon = part.find(':');
    const uint64_t own_seed =
        colon == std::string::npos ? seed : static_cast<uint64_t>(number(std::string_view(part).substr(0, colon)));
    const std::string_view indices = std::string_view(part).substr(colon == std::string::npos ? 0 : colon + 1);
    const size_t dash = indices.find('-');
    const int64_t first = number(indices.substr(0, dash));
    const int64_t last = dash == std::string_view::npos ? first : number(indices.substr(dash + 1));
    if (last < first || last - first >= kMostNames - names.size())
      throw UsageError("--images: the range '" + printable(part) + "' is " + (last < first ? "reversed" : "too long"),
                       "write FIRST-LAST; at most " + with_commas(kMostNames) + " images at a time");
    names.add(own_seed, first, last);
  }
  return names;
}

void generate(Generator& generator, const ImageNames& names, const std::function<void(int64_t, const Image&)>& take) {
  Blocks blocks(generator);
  for (int64_t i = 0; i < names.size(); ++i) {
    throw_if_stopped("not all images were made");
    take(i, blocks.image(names[i]));
  }
}

}  // namespace dcgan
