#include "exchange/metadata.hpp"

namespace dcgan {

Json export_metadata(const GeneratorInfo& info, const std::string& arch) {
  Json out = {{"format", "dcgan-generator"},
              {"version", kExportVersion},
              {"arch", arch},
              {"latent", info.latent},
              {"latent_distribution", info.has_uniform_latents ? "uniform" : "normal"},
              {"channels", info.channels},
              {"height", info.height},
              {"width", info.width},
              {"classes", info.classes},
              {"value_range", {-1, 1}},
              {"fit", info.fit},
              {"crop_at", info.crop_at},
              {"images_seen", info.images_seen},
              {"ema", info.ema}};
  if (info.classes > 0) out["class_names"] = info.class_names;
  return out;
}

}  // namespace dcgan
