#include "pages/report/run_data.hpp"

#include <algorithm>
#include <string>

#include "core/error.hpp"
#include "core/io/json_file.hpp"
#include "core/text.hpp"
#include "image/decode.hpp"
#include "image/sheet.hpp"
#include "pages/report/log.hpp"

namespace dcgan {
namespace {

std::string base64(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](size_t k) { return i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0u; };
    const uint32_t three = byte(0) << 16 | byte(1) << 8 | byte(2);
    for (int k = 0; k < 4; ++k) out += kDigits[three >> (18 - 6 * k) & 63];
  }
  for (size_t k = bytes.size() % 3; k > 0 && k < 3; ++k) out[out.size() - (3 - k)] = '=';
  return out;
}

/// A picture file as a data URL. Null where it is not there or cannot be read: a run that is at it may just have
/// removed it.
Json picture_of(const fs::path& path) {
  constexpr int64_t kMegapixels = 200;
  constexpr size_t kMost = 256 << 20;  // bytes
  try {
    const std::string bytes = read_small_file(path, kMost);
    return data_url(decode_image(bytes, probe_image(bytes), kMegapixels));
  } catch (const Error&) {
    return nullptr;
  }
}

/// As many grids as fit, evenly chosen.
Json grids_of(const RunDirectory& run, const RunDataLimits& limits) {
  Json grids = Json::array();
  const auto all = run.grids();
  if (all.empty()) return grids;
  const Json newest = picture_of(run.samples(all.back()));
  const uint64_t one = newest.is_string() ? newest.get_ref<const std::string&>().size() : 1;
  const auto fit = std::clamp(static_cast<int64_t>(limits.picture_bytes / one), int64_t{2}, limits.grids);
  for (const int64_t images : some_of(all, fit)) {
    Json picture = images == all.back() ? newest : picture_of(run.samples(images));
    if (!picture.is_null()) grids.push_back({{"images", images}, {"picture", std::move(picture)}});
  }
  return grids;
}

/// What a page must say of a log that it shows in part.
Json remarks_on(const Json& curves) {
  Json remarks = Json::array();
  if (const auto lines = curves["unreadable_lines"].get<int64_t>(); lines > 0)
    remarks.push_back(counted(lines, "line") + " of its log cannot be read and " + (lines == 1 ? "is" : "are") +
                      " left out.");
  if (const auto bytes = curves.value("left_out", uint64_t{0}); bytes > 0)
    remarks.push_back("The first " + bytes_text(static_cast<double>(bytes)) + " of its log are left out.");
  return remarks;
}

}  // namespace

std::string data_url(const Image& image) {
  if (image.channels == 4) return "data:image/png;base64," + base64(encode_png(image));
  return "data:image/jpeg;base64," + base64(encode_jpeg(image));
}

Json run_figures(const RunDirectory& run, int64_t points) {
  constexpr int64_t kMostGrids = 1000;
  const std::string origin = shown(run.config());
  const Json config = read_json_file(run.config());
  if (!config.is_object()) throw Error("'" + origin + "' is not a config of a run", "was it edited?");
  const Json options = required<Json>(config, "options", origin);
  if (!options.is_object()) throw Error(origin + ": the key 'options' is not an object", "was it edited?");
  const auto data = value_or<std::string>(config, "data", "", origin);
  Json out = {{"name", run.name()},
              {"path", shown(run.path())},
              {"version", printable(value_or<std::string>(config, "dcgan", "", origin))},
              {"data_path", printable(data)},
              {"data_images", value_or<int64_t>(config, "data_images", -1, origin)},
              {"options", printable_json(options)}};
  if (out["data_images"] == -1) out["data_images"] = nullptr;
  Json curves = curves_of_file(run.log(), points);
  out["remarks"] = remarks_on(curves);
  out.update(curves);
  out["grid_positions"] = some_of(run.grids(), kMostGrids);
  int64_t seen = out["last"].is_object() ? out["last"]["images"].get<int64_t>() : 0;
  for (const auto& positions : {run.grids(), run.checkpoints()})
    if (!positions.empty()) seen = std::max(seen, positions.back());
  out["images_seen"] = seen;
  // Its length is in images: a --time, or that of another resume, would end elsewhere.
  out["again"] = "dcgan train " + shell_word(data) + " --config " + shell_word(run.config().native()) +
                 (seen > 0 ? " --images " + std::to_string(seen) : "") + " --run NEW";
  return out;
}

Json run_data(const RunDirectory& run, const RunDataLimits& limits) {
  Json out = run_figures(run, limits.points);
  out["grids"] = grids_of(run, limits);
  out["real"] = picture_of(run.real_samples());
  out["augmented"] = picture_of(run.augmented_samples());
  return out;
}

}  // namespace dcgan
