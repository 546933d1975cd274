#include "pages/quiz.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "image/decode.hpp"
#include "image/png.hpp"
#include "image/sheet.hpp"

namespace dcgan {

std::string Quiz::question(int64_t round, Explorer& explorer, const RunDirectory& run) const {
  const Json model = explorer.describe();
  if (!is_real(round)) {
    LatentPlace place;
    place.points = {{seed_, round}};
    const auto classes = static_cast<int64_t>(model["classes"].size());
    place.class_number = classes > 0 ? draw_of(round).word(2) % classes : 0;
    return explorer.plain_png(place);
  }
  constexpr size_t kMost = 256 << 20;  // bytes
  const std::string png = read_small_file(run.real_samples(), kMost);
  constexpr int64_t kMegapixels = 64;
  const Image sheet = decode_image(png, probe_image(png), kMegapixels);
  const Sheet::Layout cell{.width = model["width"], .height = model["height"], .channels = sheet.channels};
  const int64_t columns = sheet.width / (cell.width + cell.gap), rows = sheet.height / (cell.height + cell.gap);
  if (columns * rows == 0) throw Error("samples/real.png is not a sheet of this run's pictures", "was it changed?");
  const int64_t place = draw_of(round).word(1) % (columns * rows);
  Image picture(cell.width, cell.height, sheet.channels);
  for (int64_t y = 0; y < cell.height; ++y)
    std::copy_n(sheet.at(cell.gap + place % columns * (cell.width + cell.gap),
                         cell.gap + place / columns * (cell.height + cell.gap) + y),
                cell.width * sheet.channels, picture.at(0, y));
  return encode_png(picture);
}

}  // namespace dcgan
