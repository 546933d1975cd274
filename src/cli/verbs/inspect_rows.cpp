#include "cli/verbs/inspect_rows.hpp"

#include <optional>
#include <string_view>
#include <vector>

#include "core/text.hpp"
#include "eval/picture_judgement.hpp"
#include "telemetry/evaluation_event.hpp"

namespace dcgan {

std::string brief(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer() && fits<int64_t>(value)) return with_commas(value.get<int64_t>());
  if (value.is_number_float()) return number_text(std::stod(fixed_text(value.get<double>(), 4)));
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_null() || value.empty()) return "";
  if (!value.is_structured()) return compact(value);
  std::vector<std::string> parts;
  const bool is_object = value.is_object();
  for (const auto& [key, one] : value.items()) {
    if (parts.size() > 10) break;  // one more than is shown
    const std::string text = one.is_structured() ? compact(one) : brief(one);
    parts.push_back(is_object ? key + ": " + text : text);
  }
  if (value.size() <= 10) return joined(parts, ", ");
  parts.resize(10);
  return joined(parts, ", ") + " and " + std::to_string(value.size() - 10) + " more";
}

namespace {

/// Numbers of images seen, rising.
std::string newest_of(const Json& value) {
  return value.empty()
             ? ""
             : with_commas(static_cast<int64_t>(value.size())) + ", the newest at " + brief(value.back()) + " images";
}

/// Weights of a network: {"parameters", "tensors"}.
std::string weights_text(const Json& value) {
  if (!value.is_object() || !value.contains("tensors")) return brief(value);
  return counted(value.value("parameters", int64_t{0}), "parameter") + " in " +
         counted(static_cast<int64_t>(value["tensors"].size()), "tensor");
}

/// A network's plan, or what an export says of itself; safetensors keep the first as text.
std::string network_text(const Json& value) {
  if (value.is_string() && value.get<std::string>().starts_with("{"))
    if (const auto parsed = parse_json_line(value.get<std::string>())) return network_text(*parsed);
  if (!value.is_object()) return brief(value);
  const auto part = [&](const char* key) { return value.contains(key) ? brief(value[key]) : "?"; };
  std::string text = part("width") + " x " + part("height") + " px, " +
                     part(value.contains("channels") ? "channels" : "image_channels") + " channels, " + part("arch");
  if (value.contains("latent")) text += ", latent " + part("latent") + " (" + part("latent_distribution") + ")";
  if (value.contains("class_names") && !value["class_names"].empty()) text += "; classes " + part("class_names");
  return text;
}

/// Of a run: what was asked for.
std::string options_text(const Json& value) {
  if (!value.is_object()) return "";
  std::vector<std::string> parts;
  for (const char* key : {"preset", "images", "epochs", "time", "batch", "loss", "augment", "device", "precision"})
    if (value.contains(key) && !value[key].is_null() && value[key] != "none")
      parts.push_back(std::string(key) + " " + brief(value[key]));
  return joined(parts, ", ");
}

/// One evaluation, as the log has it.
std::string evaluation_text(const Json& value) {
  if (!value.is_object()) return brief(value);
  const Json bare = bare_evaluation(value);
  std::vector<std::string> parts;
  const auto number = [&](const char* key) {
    return bare.contains(key) && bare[key].is_number() ? std::optional(bare[key].get<double>()) : std::nullopt;
  };
  const auto text = [&](const char* key) { return bare.contains(key) ? brief(bare[key]) : std::string(); };
  if (!text("pictures").empty()) parts.push_back(verdict_text(text("pictures")));  // first: a screen may end behind it
  if (!text("words").empty()) parts.push_back(text("words"));
  if (const auto kid = number("kid")) {
    const auto error = number("kid_error");
    parts.push_back(evaluation_key("kid", text("features")) + " " + evaluation_value(*kid) +
                    (error ? " +- " + evaluation_value(1.959964 * *error) : ""));
  }
  if (const auto diversity = number("diversity")) parts.push_back("diversity " + fixed_text(*diversity, 2));
  if (const auto memorised = number("memorised"))
    parts.push_back("memorised " + fixed_text(*memorised * 100, 1) + " %");
  return joined(parts, ", ") + (number("images") ? " at " + brief(bare["images"]) + " images" : "");
}

/// What it is doing, and how fast.
std::string record_text(const Json& value) {
  if (!value.is_object()) return "";
  std::vector<std::string> parts;
  if (value.contains("verdict")) parts.push_back("game " + brief(value["verdict"]));
  if (value.contains("images_per_second") && value["images_per_second"].is_number())
    parts.push_back(fixed_text(value["images_per_second"].get<double>(), 1) + " images/s");
  for (const char* key : {"loss_g", "d_real"})
    if (value.contains(key) && value[key].is_number())
      parts.push_back(std::string(key) + " " + fixed_text(value[key].get<double>(), 3));
  return joined(parts, ", ");
}

template <std::string (*text)(const Json&)>
std::string alone(const Json& value, const Json&) {
  return text(value);
}

/// "600 of 1,000 images, in 3 min 05 s".
std::string trained_text(const Json& value, const Json& all) {
  const Json options = all.value("options", Json()),
             goal = options.is_object() ? options.value("images", Json()) : Json();
  std::string text = brief(value) + (goal.is_number() ? " of " + brief(goal) : "") + " images";
  if (all.contains("seconds") && all["seconds"].is_number())
    text += ", in " + duration_text(all["seconds"].get<double>());
  return text;
}

std::string newest_text(const Json& value, const Json& all) {
  return all.value("best", Json()) == value ? "" : evaluation_text(value);
}
std::string data_text(const Json& value, const Json& all) {
  return brief(value) + (all.contains("data_images") ? ", " + brief(all["data_images"]) + " pictures" : "");
}
std::string skipped_text(const Json& value, const Json&) {
  return value.empty() ? "" : counted(static_cast<int64_t>(value.size()), "file");
}
std::string unusable_text(const Json& value, const Json&) {
  return value.empty() ? "" : counted(static_cast<int64_t>(value.size()), "tensor") + ", first " + brief(value.front());
}
std::string file_text(const Json& value, const Json&) {
  return value.is_number() ? bytes_text(value.get<double>()) : brief(value);
}
std::string nothing(const Json&, const Json&) { return ""; }
std::string nothing_for_zero(const Json& value, const Json&) { return value == 0 ? "" : brief(value); }

std::string export_text(const Json&, const Json& all) {
  Json network = all;
  network.erase("class_names");  // they have a row
  return network_text(network);
}
std::string plan_text(const Json& value, const Json& all) { return all.contains("width") ? "" : network_text(value); }
/// A part of the row of an export's network.
std::string part_of_network(const Json& value, const Json& all) { return all.contains("width") ? "" : brief(value); }
/// What every export of this program says of itself, for programs that read it.
std::string known_of_exports(const Json& value, const Json& all) {
  return all.contains("width") || all.contains("metadata") ? "" : brief(value);
}

/// In the order of the screen; other keys follow in their own.
constexpr InspectRow kRows[] = {
    {"kind", "what it is", alone<brief>},
    {"path", "path", alone<brief>},
    {"not_as_dcgan_exports_it", "but", alone<brief>},
    {"images", "trained for", trained_text},
    {"images_seen", "trained for", trained_text},
    {"seconds", "", nothing},
    {"steps", "", nothing},
    {"last_record", "training", alone<record_text>},
    {"best", "best", alone<evaluation_text>},
    {"newest", "newest", newest_text},
    {"written", "last written", alone<brief>},
    {"files", "files", alone<brief>},
    {"pictures", "pictures", alone<brief>},
    {"shape", "shape", alone<brief>},
    {"formats", "formats", alone<brief>},
    {"size", "size", alone<brief>},
    {"sizes", "sizes", alone<brief>},
    {"mode", "colours", alone<brief>},
    {"classes", "classes", nothing_for_zero},
    {"class_names", "names of them", alone<brief>},
    {"changed_since", "changed since", alone<brief>},
    {"skipped", "skipped", skipped_text},
    {"data", "data", data_text},
    {"data_images", "", nothing},
    {"packed_from", "packed from", alone<brief>},
    {"network", "network", plan_text},
    {"width", "network", export_text},
    {"height", "height", part_of_network},
    {"channels", "channels", part_of_network},
    {"arch", "arch", part_of_network},
    {"latent", "latent", part_of_network},
    {"latent_distribution", "", nothing},
    {"generator", "generator", alone<weights_text>},
    {"discriminator", "discriminator", alone<weights_text>},
    {"weights", "weights", alone<weights_text>},
    {"options", "options", alone<options_text>},
    {"checkpoints", "checkpoints", alone<newest_of>},
    {"grids", "grids", alone<newest_of>},
    {"bytes", "on disk", file_text},
    {"bytes_an_element", "", nothing},
    {"unusable", "unusable", unusable_text},
    {"use", "", nothing},
    {"version", "version", known_of_exports},
    {"value_range", "values", known_of_exports},
    {"feature_count", "features", known_of_exports},
    {"fit", "fit", known_of_exports},
    {"crop_at", "crop at", known_of_exports},
    {"ema", "moving average", alone<brief>},
};

}  // namespace

std::span<const InspectRow> inspect_rows() { return kRows; }

}  // namespace dcgan
