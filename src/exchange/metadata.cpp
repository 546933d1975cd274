#include "exchange/metadata.hpp"

namespace dcgan {
namespace {

Json shared(const char* format, const GeneratorInfo& info, const std::string& arch, int64_t version) {
  Json out = {{"format", format},
              {"version", version},
              {"arch", arch},
              {"channels", info.channels},
              {"height", info.height},
              {"width", info.width},
              {"classes", info.classes},
              {"value_range", {-1, 1}},
              {"fit", info.fit},
              {"crop_at", info.crop_at},
              {"images_seen", info.images_seen}};
  if (info.classes > 0) out["class_names"] = info.class_names;
  return out;
}

}  // namespace

Json generator_metadata(const GeneratorInfo& info, const std::string& arch, int64_t version) {
  Json out = shared("dcgan-generator", info, arch, version);
  out["latent"] = info.latent;
  if (info.input != MapShape{info.latent, 1, 1})
    out["input"] = {info.input.channels, info.input.height, info.input.width};
  out["latent_distribution"] = info.has_uniform_latents ? "uniform" : "normal";
  out["ema"] = info.ema;
  return out;
}

Json discriminator_metadata(const GeneratorInfo& info, const std::string& arch, int64_t version,
                            int64_t feature_count) {
  Json out = shared("dcgan-discriminator", info, arch, version);
  out["feature_count"] = feature_count;
  return out;
}

}  // namespace dcgan
