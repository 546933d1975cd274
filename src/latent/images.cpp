#include "latent/images.hpp"

#include <ATen/Functions.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "core/error.hpp"
#include "core/options.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "latent/latents.hpp"

namespace dcgan {
namespace {

constexpr int64_t kMostNames = 100'000'000;

[[noreturn]] void refuse_names(const std::string& option, const std::string& text, const std::string& part) {
  throw UsageError(option + " is '" + printable(text) + "': cannot read '" + printable(part) + "'",
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
  Blocks(Generator& generator, const ImageClasses& classes, double most)
      : generator_(generator), classes_(classes), most_(most) {}

  Image image(const ImageName& name) {
    if (bytes_.numel() == 0 || name.seed != seed_ || name.index / kImageBlock != block_) {
      seed_ = name.seed, block_ = name.index / kImageBlock;
      const auto& info = generator_.info();
      const auto z = latents(seed_, Purpose::kSampleLatent, block_ * kImageBlock, kImageBlock, info.latent_space());
      bytes_ = to_bytes(generator_(truncated(z, most_, info.has_uniform_latents),
                                   classes_.count() > 0 ? block_classes() : at::Tensor()));
    }
    return image_of(bytes_, name.index % kImageBlock);
  }

 private:
  at::Tensor block_classes() const {
    auto y = at::empty({kImageBlock}, at::kLong);
    for (int64_t i = 0; i < kImageBlock; ++i) y.mutable_data_ptr<int64_t>()[i] = classes_[block_ * kImageBlock + i];
    return y;
  }

  Generator& generator_;
  const ImageClasses& classes_;
  double most_;
  uint64_t seed_ = 0;
  int64_t block_ = -1;
  at::Tensor bytes_ = at::empty({0}, at::kByte);
};

}  // namespace

Image image_of(const at::Tensor& images, int64_t i) {
  const auto one = images[i].contiguous();
  Image image(one.size(1), one.size(0), one.size(2));
  std::memcpy(image.pixels.data(), one.const_data_ptr<uint8_t>(), image.pixels.size());
  return image;
}

void ImageNames::add(uint64_t seed, int64_t first, int64_t last) {
  const bool goes_on = size_ > 0 && ranges_.back().first.seed == seed && (*this)[size_ - 1].index + 1 == first;
  if (!goes_on) ranges_.push_back({size_, {seed, first}});
  size_ += last - first + 1;
}

std::string ImageNames::text() const {
  constexpr size_t kMostRanges = 100;
  std::string all;
  for (size_t i = 0; i < std::min(ranges_.size(), kMostRanges); ++i) {
    const int64_t next = i + 1 < ranges_.size() ? ranges_[i + 1].place : size_;
    const int64_t last = ranges_[i].first.index + next - ranges_[i].place - 1;
    all += (i > 0 ? ", " : "") + ranges_[i].first.text();
    if (last > ranges_[i].first.index) all += "-" + std::to_string(last);
  }
  return ranges_.size() > kMostRanges ? all + ", ..." : all;
}

ImageName ImageNames::operator[](int64_t i) const {
  const auto after =
      std::upper_bound(ranges_.begin(), ranges_.end(), i, [](int64_t at, const Range& r) { return at < r.place; });
  const Range& range = *std::prev(after);
  return {range.first.seed, range.first.index + (i - range.place)};
}

ImageNames parse_image_names(const std::string& text, uint64_t seed, const std::string& option) {
  ImageNames names;
  for (const std::string& part : split(text, ',')) {
    const auto number = [&](std::string_view digits) {
      int64_t value = -1;
      const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
      if (problem != std::errc() || end != digits.data() + digits.size() || value < 0) refuse_names(option, text, part);
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
      throw UsageError(option + ": the range '" + printable(part) + "' is " + (last < first ? "reversed" : "too long"),
                       "write FIRST-LAST; at most " + with_commas(kMostNames) + " images at a time");
    names.add(own_seed, first, last);
  }
  return names;
}

ImageClasses parse_classes(const std::string& text, const GeneratorInfo& info) {
  if (info.classes == 0)
    throw UsageError("--class is '" + printable(text) + "', but " + info.origin + " was trained without classes",
                     "leave --class out");
  const auto& names = info.class_names;
  const auto class_of = [&](const std::string& part) -> int64_t {
    if (const auto at = std::find(names.begin(), names.end(), part); at != names.end()) return at - names.begin();
    int64_t number = -1;
    const auto [end, problem] = std::from_chars(part.data(), part.data() + part.size(), number);
    const bool is_number = problem == std::errc() && end == part.data() + part.size();
    if (is_number && number >= 0 && number < info.classes) return number;
    constexpr size_t kMostNames = 30;
    const std::vector<std::string> first(names.begin(),
                                         names.begin() + static_cast<int64_t>(std::min(names.size(), kMostNames)));
    const std::string near = did_you_mean(names, part);
    throw UsageError("--class is '" + printable(text) + "': there is no class '" + printable(part) + "'" +
                         (near.empty() ? "" : "; did you mean '" + near + "'?"),
                     "there are " + joined(first, ", ") + (names.size() > kMostNames ? "..." : "") +
                         ", or numbers 0 to " + std::to_string(info.classes - 1));
  };
  if (std::find(names.begin(), names.end(), text) != names.end())  // a name may hold a comma
    return ImageClasses(info.classes, {class_of(text)});
  std::vector<int64_t> asked;
  for (const std::string& part : split(text, ',')) asked.push_back(class_of(part));
  return ImageClasses(info.classes, std::move(asked));
}

int64_t single_class(const std::string& text, int64_t otherwise, const GeneratorInfo& info) {
  if (text.empty()) return otherwise;
  const ImageClasses asked = parse_classes(text, info);
  if (asked.count() != 1)
    throw UsageError("--class is '" + printable(text) + "', which names several", "name one of them");
  return asked[0];
}

ClassRows::ClassRows(int64_t of_classes, int64_t images)
    : classes(of_classes),
      rows(std::min(of_classes, kMostRows)),
      columns(std::max<int64_t>(1, (images + rows - 1) / rows)) {}

ImageNames ClassRows::names(uint64_t seed) const {
  ImageNames all;
  for (int64_t column = 0; column < columns; ++column) all.add(seed, column * classes, column * classes + rows - 1);
  return all;
}

void generate(Generator& generator, const ImageNames& names, const ImageClasses& classes,
              const std::function<void(int64_t, const Image&)>& take, double most) {
  Blocks blocks(generator, classes, most);
  for (int64_t i = 0; i < names.size(); ++i) {
    throw_if_stopped("not all images were made");
    take(i, blocks.image(names[i]));
  }
}

void generate(Generator& generator, const ImageNames& names, const std::function<void(int64_t, const Image&)>& take) {
  generate(generator, names, ImageClasses(generator.info().classes), take);
}

}  // namespace dcgan
