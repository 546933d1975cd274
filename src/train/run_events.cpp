#include "train/run_events.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <bit>
#include <string_view>
#include <type_traits>

#include "image/probe.hpp"

namespace dcgan {
namespace {

constexpr int64_t kRanges = 40;

/// Where TensorBoard shows a record's figure: tabs by what stands before the slash. Empty for what it does not show:
/// the step is the count of images, and evaluations come by themselves.
std::string tag_of(std::string_view name) {
  const std::string plain(name);
  if (name == "images" || name == "steps" || name == "g_steps" || name == "seconds") return "";
  if (name == "kid" || name == "diversity" || name == "memorised" || name == "verdict") return "";
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

Histogram histogram_of(const at::Tensor& values) {
  auto numbers = values.detach().to(at::kCPU, at::kDouble).flatten();
  numbers = numbers.masked_select(at::isfinite(numbers));
  Histogram out;
  if (numbers.numel() == 0) return out;
  out.least = numbers.min().item<double>(), out.most = numbers.max().item<double>();
  out.count = static_cast<double>(numbers.numel());
  out.sum = numbers.sum().item<double>(), out.sum_of_squares = numbers.square().sum().item<double>();
  if (out.least == out.most) {
    out.limits = {out.most}, out.counts = {out.count};
    return out;
  }
  const auto counts = at::histc(numbers, kRanges, out.least, out.most);
  for (int64_t i = 0; i < kRanges; ++i) {
    out.limits.push_back(out.least + (out.most - out.least) * static_cast<double>(i + 1) / kRanges);
    out.counts.push_back(counts[i].item<double>());
  }
  return out;
}

RunEvents::RunEvents(const TrainPlan& plan, const RunDirectory& directory, int64_t images)
    : plan_(plan), file_(directory.path(), images) {
  if (file_.goes_on()) return;
  const Json options = options_json(plan.options);
  file_.add_text(images, "options", table_of(options));
  file_.add_options(images, options, {"quality/kid"});
}

void RunEvents::add(const Record& record) {
  std::vector<std::pair<std::string, double>> values;
  Record copy = record;
  copy.fields([&](const char* name, const auto& value) {
    if constexpr (std::is_arithmetic_v<std::decay_t<decltype(value)>>)
      if (const std::string tag = tag_of(name); !tag.empty()) values.emplace_back(tag, static_cast<double>(value));
  });
  file_.add_scalars(record.images, values);
}

void RunEvents::add(const Seen& seen) {
  file_.add_scalars(seen.quality.images, {{"quality/kid", seen.quality.kid},
                                          {"quality/kid_standard_error", seen.quality.kid_error},
                                          {"quality/diversity", seen.diversity},
                                          {"quality/memorised", seen.quality.memorised},
                                          {"quality/memorised_floor", seen.quality.memorised_floor}});
}

void RunEvents::add(const Judgement& judgement, int64_t images) {
  const std::string verdict(words(judgement.verdict));
  file_.add_text(images, "verdict", judgement.reason.empty() ? verdict : verdict + ": " + judgement.reason);
}

void RunEvents::add_grid(const fs::path& path, int64_t images) {
  if (!keeps(images / *plan_.options.run.sample_every)) return;
  const std::string png = read_file(path);
  const Probe grid = probe_image(png);
  file_.add_png(images, "grid", grid.width, grid.height, grid.gray ? 1 : grid.alpha ? 4 : 3, png);
}

void RunEvents::add_histograms(const NamedTensors& tensors, int64_t images) {
  std::vector<std::pair<std::string, Histogram>> all;
  for (const auto& [name, tensor] : tensors)
    if (tensor.defined()) all.emplace_back(name, histogram_of(tensor));
  file_.add_histograms(images, all);
}

}  // namespace dcgan
