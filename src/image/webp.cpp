#include "image/webp.hpp"

#include <webp/decode.h>
#include <webp/demux.h>

#include <cerrno>
#include <memory>

#include "core/error.hpp"
#include "core/text.hpp"
#include "image/exif.hpp"

namespace dcgan {
namespace {

[[noreturn]] void damaged(const std::string& what) { throw Error("damaged WebP: " + what); }
[[noreturn]] void no_memory() {
  throw Exhausted("there is not enough memory to decode a WebP", "close other programs");
}

const uint8_t* data_of(std::string_view bytes) { return reinterpret_cast<const uint8_t*>(bytes.data()); }

void check(VP8StatusCode code) {
  switch (code) {
    case VP8_STATUS_OK:
      return;
    case VP8_STATUS_OUT_OF_MEMORY:
      if (errno == ENOMEM) no_memory();
      damaged("it asks for more memory than there is sense in");
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
      damaged("it is cut off");
    default:
      damaged("its pixels cannot be decoded");
  }
}

int orientation_of(std::string_view bytes) {
  const WebPData data{data_of(bytes), bytes.size()};
  const std::unique_ptr<WebPDemuxer, void (*)(WebPDemuxer*)> demuxer(WebPDemux(&data), WebPDemuxDelete);
  if (!demuxer) return 1;
  WebPChunkIterator chunk{};
  int orientation = 1;
  if (WebPDemuxGetChunk(demuxer.get(), "EXIF", 1, &chunk))
    orientation = exif_orientation({reinterpret_cast<const char*>(chunk.chunk.bytes), chunk.chunk.size});
  WebPDemuxReleaseChunkIterator(&chunk);
  return orientation;
}

Image first_frame(std::string_view bytes) {
  const WebPData data{data_of(bytes), bytes.size()};
  const std::unique_ptr<WebPAnimDecoder, void (*)(WebPAnimDecoder*)> decoder(WebPAnimDecoderNew(&data, nullptr),
                                                                             WebPAnimDecoderDelete);
  WebPAnimInfo info{};
  uint8_t* canvas = nullptr;  // the decoder's
  int time = 0;
  if (!decoder || !WebPAnimDecoderGetInfo(decoder.get(), &info) ||
      !WebPAnimDecoderGetNext(decoder.get(), &canvas, &time))
    damaged("its first frame cannot be decoded");
  Image image(info.canvas_width, info.canvas_height, 4);
  image.pixels.assign(canvas, canvas + image.pixels.size());
  return image;
}

Image still(std::string_view bytes, const WebPBitstreamFeatures& features) {
  Image image(features.width, features.height, features.has_alpha ? 4 : 3);
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) throw Error("libwebp is of another version than its headers");
  config.output.colorspace = features.has_alpha ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = image.pixels.data();
  config.output.u.RGBA.stride = static_cast<int>(image.width * image.channels);
  config.output.u.RGBA.size = image.pixels.size();
  check(WebPDecode(data_of(bytes), bytes.size(), &config));
  return image;
}

}  // namespace

Webp decode_webp(std::string_view bytes, int64_t most_pixels) {
  errno = 0;
  WebPBitstreamFeatures features{};
  check(WebPGetFeatures(data_of(bytes), bytes.size(), &features));
  if (int64_t{features.width} * features.height > most_pixels)
    throw Error("too large: " + to_text(Size{features.width, features.height}) + " pixels");
  Webp out;
  out.orientation = orientation_of(bytes);
  out.image = features.has_animation ? first_frame(bytes) : still(bytes, features);
  return out;
}

}  // namespace dcgan
