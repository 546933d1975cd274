#include "dataset/npy_pictures.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "core/error.hpp"
#include "core/platform/io/mapped_file.hpp"
#include "core/text.hpp"
#include "formats/npy.hpp"

namespace dcgan {
namespace {

bool is_channels(int64_t n) { return n == 1 || n == 3 || n == 4; }

/// The command that saves what Python's `expression` makes of the array `a`.
std::string saved(const fs::path& path, const std::string& expression) {
  const fs::path out = parent_of(path) / (path.stem().native() + "-uint8.npy");
  return "make another of it, and give that: " + python_command(
                                                     "import numpy, sys; a = numpy.load(sys.argv[1]); "
                                                     "numpy.save(sys.argv[2], numpy.ascontiguousarray(" +
                                                         expression + "))",
                                                     {path.native(), out.native()});
}

template <class T>
std::pair<double, double> range_of(std::string_view data) {
  std::pair<double, double> range(INFINITY, -INFINITY);
  for (size_t at = 0; at + sizeof(T) <= data.size(); at += sizeof(T)) {
    T value;
    std::memcpy(&value, data.data() + at, sizeof value);
    range.first = std::min(range.first, static_cast<double>(value));
    range.second = std::max(range.second, static_cast<double>(value));
  }
  return range;
}

/// Half floats have no type here: by the value of their bits (IEEE 754, binary16).
std::pair<double, double> range_of_halves(std::string_view data) {
  std::pair<double, double> range(INFINITY, -INFINITY);
  for (size_t at = 0; at + 2 <= data.size(); at += 2) {
    const int bits = static_cast<uint8_t>(data[at]) | static_cast<uint8_t>(data[at + 1]) << 8;
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    if (exponent == 31) continue;
    const double size = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024, exponent - 25);
    range.first = std::min(range.first, bits >> 15 ? -size : size);
    range.second = std::max(range.second, bits >> 15 ? -size : size);
  }
  return range;
}

/// How numbers of this range become 0 to 255.
std::string scaled(const NpyArray& npy) {
  const auto range = [&]() -> std::pair<double, double> {
    switch (npy.type) {
      case ElementType::kF64:
        return range_of<double>(npy.data);
      case ElementType::kF32:
        return range_of<float>(npy.data);
      case ElementType::kF16:
        return range_of_halves(npy.data);
      case ElementType::kI64:
        return range_of<int64_t>(npy.data);
      case ElementType::kI32:
        return range_of<int32_t>(npy.data);
      case ElementType::kI16:
        return range_of<int16_t>(npy.data);
      case ElementType::kI8:
        return range_of<int8_t>(npy.data);
      default:
        return {0, 1};
    }
  }();
  constexpr double kAlmost = 1e-3;  // what was made of bytes and back is a little beyond
  const auto [low, high] = range;
  if (low < 0 && low >= -1 - kAlmost && high <= 1 + kAlmost) return "127.5 * a + 127.5";
  if (low < 0) return "(a - float(a.min())) * (255 / (float(a.max()) - float(a.min())))";
  if (high <= 1 + kAlmost) return "255.0 * a";
  if (high <= 255) return "a";
  return high <= 65535 ? "a / 257.0" : "a * (255 / float(a.max()))";
}

/// What makes pictures of an array of this shape; nothing where that cannot be known.
std::optional<std::string> reshaped(const std::vector<int64_t>& shape) {
  const auto root = [](int64_t n) {
    const auto side = static_cast<int64_t>(std::llround(std::sqrt(static_cast<double>(n))));
    return side > 1 && side * side == n ? side : 0;
  };
  if (is_shape_of_pictures(shape)) return "";
  if (shape.size() == 4 && is_channels(shape[1])) return ".transpose(0, 2, 3, 1)";
  if (shape.size() != 2) return std::nullopt;
  if (const int64_t side = root(shape[1]))
    return ".reshape(-1, " + std::to_string(side) + ", " + std::to_string(side) + ")";
  if (const int64_t side = shape[1] % 3 == 0 ? root(shape[1] / 3) : 0)
    return ".reshape(-1, 3, " + std::to_string(side) + ", " + std::to_string(side) + ").transpose(0, 2, 3, 1)";
  return std::nullopt;
}

/// Says what is in the file instead of pictures. Returns where it holds them.
void check_pictures(const fs::path& path, const NpyArray& npy, const std::string& place) {
  const bool is_bytes = npy.type == ElementType::kU8;
  const auto shape = reshaped(npy.shape);
  if (is_bytes && shape == "") return;
  const std::string what =
      shape == "" ? " holds numbers that are no bytes" : " holds no pictures: its shape is " + shape_text(npy.shape);
  if (!shape)
    throw Error(place + what, "save uint8 [N, height, width, channels], of 1, 3 or 4 channels, or [N, height, width]");
  throw Error(place + what,
              saved(path, is_bytes ? "a" + *shape
                                   : "numpy.clip(numpy.rint(" + scaled(npy) + "), 0, 255).astype(\"uint8\")" + *shape));
}

}  // namespace

bool is_shape_of_pictures(const std::vector<int64_t>& shape) {
  return shape.size() == 3 || (shape.size() == 4 && is_channels(shape[3]));
}

PictureArray array_of(const std::vector<int64_t>& shape) {
  PictureArray array;
  array.count = shape[0], array.height = shape[1], array.width = shape[2];
  array.channels = shape.size() == 4 ? shape[3] : 1;
  if (array.width == 0 || array.height == 0) array.count = 0;
  return array;
}

PictureArray read_npy_pictures(const fs::path& path) {
  const std::string place = "'" + shown(path) + "'";
  const MappedFile file(path);
  NpyArray npy;
  try {
    npy = read_npy({reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()}, place);
  } catch (const OtherNpy& error) {
    throw Error(error.what(), saved(path, "a.astype(\"f4\")"));
  }
  check_pictures(path, npy, place);
  PictureArray array = array_of(npy.shape);
  check_array(array, file.bytes().size(), place);
  array.values.assign(npy.data.begin(), npy.data.end());
  file.check();
  return array;
}

}  // namespace dcgan
