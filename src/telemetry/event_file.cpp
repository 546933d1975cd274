#include "telemetry/event_file.hpp"

#include <event.pb.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <optional>

#include "core/error.hpp"
#include "core/platform/io/mapped_file.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

using tensorboard::Event;
using tensorboard::HparamsData;

constexpr char kBegin[] = "events.out.tfevents.";  // TensorBoard looks for the word tfevents
constexpr char kEnd[] = ".dcgan";
constexpr size_t kDigits = 15;
constexpr size_t kHead = 12;  // a length and its checksum

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// What TFRecord stores: a checksum of bytes that hold checksums would be weak.
uint32_t masked(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

template <class Number>
std::string bytes_of(Number number) {  // little-endian, as are all machines that this runs on
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

template <class Number>
Number number_at(std::string_view bytes, size_t offset) {
  Number number;
  std::memcpy(&number, bytes.data() + offset, sizeof number);
  return number;
}

/// The message of the record at `offset`; none at the end, and where it is torn or damaged.
std::optional<std::string_view> message_at(std::string_view file, size_t offset) {
  if (file.size() - offset < kHead) return {};
  const auto length = number_at<uint64_t>(file, offset);
  if (number_at<uint32_t>(file, offset + 8) != masked(crc32c(file.substr(offset, 8)))) return {};
  const size_t left = file.size() - offset - kHead;
  if (left < 4 || length > left - 4) return {};
  const auto message = file.substr(offset + kHead, length);
  if (number_at<uint32_t>(file, offset + kHead + length) != masked(crc32c(message))) return {};
  return message;
}

/// True for what EventFile calls its files.
bool is_ours(const fs::path& path) {
  const std::string name = path.filename().native();
  const std::string_view begin(kBegin), end(kEnd);
  if (!name.starts_with(begin) || !name.ends_with(end) || name.size() < begin.size() + kDigits + end.size())
    return false;
  const auto digits = std::string_view(name).substr(begin.size(), name.size() - begin.size() - end.size());
  return digits.find_first_not_of("0123456789") == std::string_view::npos && is_own_file(path);
}

/// Where the records of steps up to `images` end; none where it does not begin with a record.
std::optional<uint64_t> end_of_steps(const fs::path& path, int64_t images) {
  const MappedFile file(path);
  const std::string_view bytes(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  if (!bytes.empty() && !message_at(bytes, 0)) return {};
  size_t end = 0;
  while (const auto message = message_at(bytes, end)) {
    Event event;
    if (!event.ParseFromArray(message->data(), static_cast<int>(message->size())) || event.step() > images) break;
    end += kHead + message->size() + 4;
  }
  file.check();
  return end;
}

/// True if something of files other than `anew`, which is written anew, is left.
bool cut_back(const fs::path& folder, int64_t images, const fs::path& anew) {
  bool is_left = false;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!is_ours(entry.path()) || entry.path() == anew) continue;
    const auto end = end_of_steps(entry.path(), images);
    if (!end) continue;  // somebody else's
    // In place: a TensorBoard that has it open goes on with the next file.
    if (*end < entry.file_size()) fs::resize_file(entry.path(), *end);
    if (*end == 0) fs::remove(entry.path());
    is_left = is_left || *end > 0;
  }
  return is_left;
}

Event event_of(int64_t images) {
  Event event;
  event.set_wall_time(wall_time());
  event.set_step(images);
  return event;
}

/// A value that only its plugin reads.
void add_hparams(Event& event, const char* tag, HparamsData data) {
  auto* value = event.mutable_summary()->add_value();
  value->set_tag(tag);
  value->mutable_metadata()->mutable_plugin_data()->set_plugin_name("hparams");
  value->mutable_metadata()->mutable_plugin_data()->set_content(data.SerializeAsString());
  value->mutable_tensor()->set_dtype(tensorboard::Tensor::FLOAT);
  value->mutable_tensor()->mutable_tensor_shape();
  value->mutable_tensor()->add_float_val(0);
}

enum OptionType { kString = 1, kBool = 2, kNumber = 3 };

OptionType set_value(const Json& json, tensorboard::OptionValue& value) {
  if (json.is_boolean()) return value.set_bool_value(json.get<bool>()), kBool;
  if (json.is_number()) return value.set_number_value(json.get<double>()), kNumber;
  return value.set_string_value(json.is_string() ? json.get<std::string>() : compact(json)), kString;
}

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  static const auto table = [] {
    std::array<uint32_t, 256> all{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t crc = i;
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? 0x82f63b78u : 0);
      all[i] = crc;
    }
    return all;
  }();
  uint32_t crc = ~0u;
  for (const char byte : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<uint8_t>(byte)) & 255];
  return ~crc;
}

EventFile::EventFile(const fs::path& folder, int64_t images) {
  // Named by position: TensorBoard reads the files of a folder in the order of their names.
  path_ = folder / (kBegin + zero_padded(images, kDigits) + kEnd);
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(path_, ignored)) && !is_ours(path_))
    throw Error("'" + shown(path_) + "' is a link, or another user's", "move it away");
  goes_on_ = cut_back(folder, images, path_);
  file_.open(path_, std::ios::binary | std::ios::trunc);
  Event head = event_of(images);
  head.set_file_version("brain.Event:2");
  append(head.SerializeAsString());
  if (images == 0) return;
  Event start = event_of(images + 1);  // a TensorBoard that has shown more forgets it
  start.mutable_session_log()->set_status(tensorboard::SessionLog::START);
  append(start.SerializeAsString());
}

void EventFile::append(const std::string& message) {
  const std::string length = bytes_of(static_cast<uint64_t>(message.size()));
  file_ << length << bytes_of(masked(crc32c(length))) << message << bytes_of(masked(crc32c(message))) << std::flush;
  if (!file_) throw_system_error("cannot write '" + shown(path_) + "'", errno);
}

void EventFile::add_scalars(int64_t images, const std::vector<std::pair<std::string, double>>& values) {
  Event event = event_of(images);
  for (const auto& [tag, number] : values) {
    if (!std::isfinite(number)) continue;
    auto* value = event.mutable_summary()->add_value();
    value->set_tag(tag);
    value->set_simple_value(static_cast<float>(number));
  }
  if (event.has_summary()) append(event.SerializeAsString());
}

void EventFile::add_histograms(int64_t images, const std::vector<std::pair<std::string, Histogram>>& histograms) {
  Event event = event_of(images);
  for (const auto& [tag, histogram] : histograms) {
    auto* value = event.mutable_summary()->add_value();
    value->set_tag(tag);
    auto* histo = value->mutable_histo();
    histo->set_min(histogram.least), histo->set_max(histogram.most), histo->set_num(histogram.count);
    histo->set_sum(histogram.sum), histo->set_sum_squares(histogram.sum_of_squares);
    for (const double limit : histogram.limits) histo->add_bucket_limit(limit);
    for (const double count : histogram.counts) histo->add_bucket(count);
  }
  if (event.has_summary()) append(event.SerializeAsString());
}

void EventFile::add_png(int64_t images, const std::string& tag, int64_t width, int64_t height, int64_t channels,
                        const std::string& png) {
  Event event = event_of(images);
  auto* value = event.mutable_summary()->add_value();
  value->set_tag(tag);
  auto* image = value->mutable_image();
  image->set_width(static_cast<int32_t>(width)), image->set_height(static_cast<int32_t>(height));
  image->set_colorspace(static_cast<int32_t>(channels));
  image->set_encoded_image_string(png);
  append(event.SerializeAsString());
}

void EventFile::add_text(int64_t images, const std::string& tag, const std::string& text) {
  Event event = event_of(images);
  auto* value = event.mutable_summary()->add_value();
  value->set_tag(tag);
  value->mutable_metadata()->mutable_plugin_data()->set_plugin_name("text");
  value->mutable_tensor()->set_dtype(tensorboard::Tensor::STRING);
  value->mutable_tensor()->mutable_tensor_shape();
  value->mutable_tensor()->add_string_val(text);
  append(event.SerializeAsString());
}

void EventFile::add_options(int64_t images, const Json& options, const std::vector<std::string>& measures) {
  HparamsData experiment, start;
  for (const auto& [name, json] : options.items()) {
    const OptionType type = set_value(json, (*start.mutable_session_start_info()->mutable_hparams())[name]);
    auto* option = experiment.mutable_experiment()->add_hparam_infos();
    option->set_name(name), option->set_type(type);
  }
  for (const auto& measure : measures)
    experiment.mutable_experiment()->add_metric_infos()->mutable_name()->set_tag(measure);
  start.mutable_session_start_info()->set_start_time_secs(wall_time());
  Event event = event_of(images);
  add_hparams(event, "_hparams_/experiment", std::move(experiment));
  add_hparams(event, "_hparams_/session_start_info", std::move(start));
  append(event.SerializeAsString());
}

void EventFile::add_end(int64_t images) {
  HparamsData end;
  end.mutable_session_end_info()->set_status(HparamsData::SessionEnd::SUCCESS);
  end.mutable_session_end_info()->set_end_time_secs(wall_time());
  Event event = event_of(images);
  add_hparams(event, "_hparams_/session_end_info", std::move(end));
  append(event.SerializeAsString());
}

}  // namespace dcgan
