// From the bytes of a file to pixels: each format by its own library, in a file of its own; OpenCV for run lengths of
// BMPs. What they leave open (size, orientation) is settled here. Thread safe.
#pragma once

#include <string_view>

#include "image/image.hpp"
#include "image/probe.hpp"

namespace dcgan {

/// Decode a whole file's bytes: 1, 3 or 4 channels of 8 bits, RGB order, EXIF rotation obeyed.
/// Throws Error with the reason alone ("damaged JPEG: ..."), NotRead for a sound file of a kind that is not read; the
/// caller knows the name. Nothing is decoded when the header asks for more than `max_megapixels` (10^6 pixels).
/// The decoder's own view of the size counts, too. What is not bad data but a lack of memory is Exhausted.
/// A JPEG whose sides stay at least `at_least` may come halved, quartered or at an eighth of its size, by a good
/// filter; Image::stored says so.
Image decode_image(std::string_view bytes, const Probe& probe, int64_t max_megapixels, Size at_least = {});

/// Bytes of memory that decoding it, and bringing it to other channels, takes at most.
int64_t decoding_bytes(const Probe& probe);

}  // namespace dcgan
