// PNG files by libpng, and the text in them. Not for damage in their chunks (image/png_damage).
#pragma once

#include <string>
#include <string_view>

#include "core/text.hpp"
#include "image/image.hpp"

namespace dcgan {

/// A picture as the bytes of a PNG file; 1, 3 or 4 channels. `text`: keywords of 1 to 79 ASCII characters and what they
/// say, UTF-8, in tEXt chunks where it is ASCII and in iTXt chunks where it is not (PNG specification, third edition,
/// section 11.3.3). Throws Error when it cannot be encoded.
std::string encode_png(const Image& image, const TextPairs& text = {});

struct Png {
  Image image;          // 1, 3 or 4 channels, as stored, before its orientation
  int orientation = 1;  // eXIf, 1 to 8
};

/// Decodes a whole file's bytes, of any depth and colour type; a transparent colour becomes alpha, 16 bits become 8 to
/// the nearest. Colour profiles and gamma are passed over. Throws Error with the reason alone when it cannot be
/// decoded; Exhausted when there is no memory. The caller has checked the size, and the chunks (png_damage).
/// `has_sum`: the deflated data end with a checksum, which is compared.
Png decode_png(std::string_view bytes, bool has_sum = true);

/// The text of a PNG file, in its order: tEXt (Latin-1, as UTF-8) and iTXt that is not compressed. Up to the first
/// chunk that is cut off; "" is no PNG and has none. Reads any bytes; checks no checksums; not more than 10,000 chunks.
TextPairs png_text(std::string_view bytes);

}  // namespace dcgan
