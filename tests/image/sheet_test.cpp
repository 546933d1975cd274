#include "image/sheet.hpp"

#include <gtest/gtest.h>

#include <set>

#include "support/pictures.hpp"

namespace dcgan::test::sheets {
namespace {

Sheet::Layout layout(int64_t count, int64_t columns, int64_t width, int64_t height, int64_t channels,
                     int64_t caption_width = 0) {
  Sheet::Layout out;
  out.count = count, out.columns = columns, out.width = width, out.height = height, out.channels = channels,
  out.caption_width = caption_width;
  return out;
}

TEST(Sheet, PutsPicturesRowByRowOnWhiteWithGaps) {
  for (const int64_t channels : {1, 3, 4}) {
    Sheet sheet(layout(5, 3, 8, 6, channels));
    ASSERT_EQ(sheet.image().width, 2 + 3 * 10);
    ASSERT_EQ(sheet.image().height, 2 + 2 * 8);
    std::vector<Image> pictures;
    for (uint64_t i = 0; i < 5; ++i) pictures.push_back(noise(8, 6, channels, i));
    for (const int64_t i : {4, 0, 2, 1, 3}) sheet.put(i, pictures[static_cast<size_t>(i)]);
    EXPECT_EQ(sheet.image(), drawn(32, 18, channels, [&](int64_t x, int64_t y, int64_t c) -> int {
                const int64_t column = (x - 2) / 10, row = (y - 2) / 8, inside_x = (x - 2) % 10, inside_y = (y - 2) % 8;
                const int64_t place = row * 3 + column;
                if (x < 2 || y < 2 || inside_x >= 8 || inside_y >= 6 || place >= 5) return 255;
                return pictures[static_cast<size_t>(place)].at(inside_x, inside_y)[c];
              }));
  }
}

TEST(SheetLayout, IsAboutSquareUnlessColumnsAreAskedFor) {
  const auto free = sheet_layout(10, 0, {8, 6}, 3), asked = sheet_layout(10, 5, {8, 6}, 3, {"a", "a longer name"});
  EXPECT_EQ(free.columns, 4);
  EXPECT_EQ(free.caption_width, 0);
  EXPECT_EQ(asked.columns, 5);
  EXPECT_EQ(asked.caption_width, Sheet::caption_width("a longer name"));
}

TEST(SheetLayout, WithoutRibbonLeavesWhatIsNoneAndFoldsWhatIsOne) {
  for (const int64_t side : {16, 64, 300})
    for (int64_t count = 1; count <= 130; ++count)
      for (int64_t columns = 1; columns <= count; ++columns) {
        const auto before = sheet_layout(count, columns, {side, side}, 1), after = without_ribbon(before);
        const double was = double(before.sheet_height()) / double(before.sheet_width()),
                     is = double(after.sheet_height()) / double(after.sheet_width());
        const bool was_ribbon = was > 4 || was<0.25, is_folded = after.side_by_side> 1 || after.stacked > 1;
        ASSERT_EQ(is_folded, was_ribbon) << count << " in " << columns;
        ASSERT_TRUE(is <= 4 && is >= 0.25) << count << " in " << columns << ": " << is;
        std::set<std::pair<int64_t, int64_t>> corners;
        for (int64_t place = 0; place < count; ++place) {
          const auto [x, y] = after.corner(place);
          ASSERT_TRUE(x >= 0 && y >= 0 && x + side < after.sheet_width() && y + side < after.sheet_height());
          corners.insert({x / side, y / side});
        }
        ASSERT_EQ(static_cast<int64_t>(corners.size()), count) << count << " in " << columns;
      }
}

TEST(Sheet, IsNoWiderThanItsPictures) {
  EXPECT_EQ(Sheet(layout(2, 8, 10, 10, 3)).image().width, 2 + 2 * 12);
  EXPECT_EQ(Sheet(layout(2, 8, 10, 10, 3)).image().height, 2 + 12);
}

TEST(Sheet, WidensCellsForCaptions) {
  const int64_t room = Sheet::caption_width("0:000000");
  const auto narrow = layout(4, 2, 8, 6, 1, room), wide = layout(4, 2, 200, 6, 1, room);
  EXPECT_EQ(narrow.cell_width(), room);
  EXPECT_EQ(wide.cell_width(), 200);
  EXPECT_EQ(layout(4, 2, 8, 6, 1).cell_width(), 8);
  EXPECT_GT(narrow.sheet_height(), layout(4, 2, 8, 6, 1).sheet_height());
}

TEST(Sheet, DrawsEachCaptionBelowItsPictureAndInsideItsCell) {
  for (const auto& [channels, caption] : std::vector<std::pair<int64_t, std::string>>{
           {1, "0:888888"}, {3, "2024010112:888888"}, {4, "9000000000000000000:888888"}}) {
    const auto with = layout(4, 2, 8, 6, channels, Sheet::caption_width(caption));
    Sheet sheet(with);
    sheet.put(0, Image(8, 6, channels, 255), caption);
    const int64_t right = with.gap + with.cell_width(), top = with.gap + 6,
                  bottom = with.gap + (with.sheet_height() - with.gap) / 2 - with.gap;
    int64_t ink = 0;
    for (int64_t y = 0; y < sheet.image().height; ++y)
      for (int64_t x = 0; x < sheet.image().width; ++x)
        if (*sheet.image().at(x, y) < 128) {
          ++ink;
          EXPECT_TRUE(x >= with.gap && x < right + with.gap && y >= top && y <= bottom) << x << " " << y;
        }
    EXPECT_GT(ink, 20);
  }
}

TEST(SquareColumns, KeepASheetAboutSquare) {
  EXPECT_EQ(square_columns(0), 1);
  EXPECT_EQ(square_columns(1), 1);
  EXPECT_EQ(square_columns(4), 2);
  EXPECT_EQ(square_columns(5), 3);
  EXPECT_EQ(square_columns(64), 8);
  EXPECT_EQ(square_columns(65), 9);
}

TEST(EncodePng, ReadsBackBitForBit) {
  for (const int64_t channels : {1, 3, 4})
    for (const Size size : {Size{1, 1}, Size{37, 5}, Size{64, 64}}) {
      const Image image = noise(size.width, size.height, channels);
      const std::string png = encode_png(image);
      EXPECT_EQ(probe_image(png).format, ImageFormat::kPng);
      EXPECT_EQ(decoded(png), image);
    }
}

}  // namespace
}  // namespace dcgan::test::sheets
