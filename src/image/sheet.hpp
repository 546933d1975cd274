// Sheets: many pictures of one size in rows and columns, with names under them if wanted.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "image/image.hpp"
#include "image/png.hpp"

namespace dcgan {

/// `width` x `height` pictures, `columns` a row, on white. Memory: the whole sheet.
class Sheet {
 public:
  struct Layout {
    int64_t count = 0;
    int64_t columns = 8;
    int64_t width = 0, height = 0, channels = 3;
    int64_t gap = 2;            // pixels between and around pictures
    int64_t caption_width = 0;  // of the longest name under a picture; 0: no names
    int64_t caption_lines = 1;  // of each name
    int64_t side_by_side = 1;   // parts of the rows, of which the second begins at the top again
    int64_t stacked = 1;        // parts of the columns, of which the second begins at the left again
    int64_t rows() const { return (count + columns - 1) / columns; }
    /// Rows and columns of a part.
    int64_t part_rows() const { return (rows() + side_by_side - 1) / side_by_side; }
    int64_t part_columns() const { return (std::min(columns, count) + stacked - 1) / stacked; }
    /// Left upper corner of the picture at `place`.
    std::pair<int64_t, int64_t> corner(int64_t place) const;
    int64_t cell_width() const;
    int64_t cell_height() const;
    int64_t sheet_width() const;
    int64_t sheet_height() const;
  };
  explicit Sheet(const Layout& layout);
  /// Pixels that a caption is wide, a little room included.
  static int64_t caption_width(const std::string& caption);
  /// `caption` cut to so many pixels, ".." in place of its middle. What the sheet's letters do not have is "?".
  static std::string fitting(const std::string& caption, int64_t width);
  /// Put picture number `place` (from 0, row by row); `caption`, lines with "\n" between, is drawn if the layout has
  /// captions.
  void put(int64_t place, const Image& image, const std::string& caption = "");
  const Image& image() const { return image_; }

 private:
  Layout layout_;
  Image image_;
};

/// The most columns that keep a sheet of `count` about square.
int64_t square_columns(int64_t count);

/// How `count` pictures lie on a sheet: `columns` a row, 0 for about square; with room for the widest of `captions`
/// below each, where there are some. All sheets of the program lie as this says.
Sheet::Layout sheet_layout(int64_t count, int64_t columns, Size size, int64_t channels,
                           const std::vector<std::string>& captions = {});
/// The same pictures where that is no ribbon: what is more than four times as high as wide goes on beside itself, what
/// is more than four times as wide as high below itself.
Sheet::Layout without_ribbon(Sheet::Layout layout);

/// A picture as the bytes of a JPEG file of quality 95; 1 or 3 channels.
std::string encode_jpeg(const Image& image);

}  // namespace dcgan
