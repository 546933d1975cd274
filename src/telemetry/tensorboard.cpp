#include "telemetry/tensorboard.hpp"

#include <bit>
#include <string_view>
#include <type_traits>

#include "image/probe.hpp"

namespace dcgan {
namespace {

/// Where TensorBoard shows a record's figure: tabs by what stands before the slash. Empty for what it does not show:
/// the step is the count of images, and evaluations come as events.
std::string tag_of(const Record& record, std::string_view name) {
  const std::string plain(name);
  if (name == "images" || name == "steps" || name == "g_steps" || name == "seconds") return "";
  if (record.is_evaluated(name)) return "";
  if (name.starts_with("loss_") || name == "penalty") return "loss/" + plain;
  if (name.starts_with("grad_norm")) return "gradients/" + plain;
  if (name == "images_per_second" || name == "data_wait_share") return "speed/" + plain;
  return "discriminator/" + plain;
}

/// The options as a table of Markdown.
std::string table_of(const Json& options) {
  std::string text = "| option | value |\n|---|---|\n";
  const Json words = printable_json(options);
  for (const auto& [name, value] : words.items())
    text += "| " + name + " | " + (value.is_string() ? value.get<std::string>() : compact(value)) + " |\n";
  return text;
}

/// All of the first 16, then about eight of every doubling.
bool keeps(int64_t number) {
  return number < 16 || number % static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(number)) / 8) == 0;
}

}  // namespace

TensorBoard::TensorBoard(const TensorBoardOptions& options, int64_t images)
    : picture_every_(options.picture_every), wants_histograms_(options.histograms), file_(options.folder, images) {
  if (file_.goes_on()) return;
  file_.add_text(images, "options", table_of(options.options));
  file_.add_options(images, options.options, options.measures);
}

void TensorBoard::add(const Record& record) {
  std::vector<std::pair<std::string, double>> values;
  Record copy = record;
  copy.fields([&](const char* name, const auto& value) {
    if constexpr (std::is_arithmetic_v<std::decay_t<decltype(value)>>)
      if (const std::string tag = tag_of(record, name); !tag.empty())
        values.emplace_back(tag, static_cast<double>(value));
  });
  file_.add_scalars(record.images, values);
}

void TensorBoard::add(const RunEvent& event) {
  if (!event.scalars.empty()) file_.add_scalars(event.images, event.scalars);
  if (!event.text.empty()) file_.add_text(event.images, event.kind, event.text);
  if (!event.picture.empty() && keeps(event.images / picture_every_)) {
    const std::string png = read_file(event.picture);
    const Probe probe = probe_image(png);
    file_.add_png(event.images, event.kind, probe.width, probe.height, probe.gray ? 1 : probe.alpha ? 4 : 3, png);
  }
  if (!event.histograms.empty()) file_.add_histograms(event.images, event.histograms);
}

}  // namespace dcgan
