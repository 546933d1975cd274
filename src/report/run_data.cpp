#include "report/run_data.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/text.hpp"
#include "image/decode.hpp"
#include "image/sheet.hpp"

namespace dcgan {
namespace {

constexpr std::string_view kEvent = "{\"event\"";
constexpr size_t kReadWhole = 4 << 20;  // bytes of a log of which every record is read
constexpr int64_t kLinesAPoint = 8;     // of a longer one

/// The line that holds byte `at`; empty behind the last whole one.
std::string_view line_at(std::string_view log, size_t at) {
  const size_t before = at == 0 ? std::string_view::npos : log.rfind('\n', at - 1);
  const size_t begin = before == std::string_view::npos ? 0 : before + 1;
  const size_t end = log.find('\n', begin);
  return end == std::string_view::npos ? std::string_view() : log.substr(begin, end - begin);
}

/// The last whole line that is no event's; empty where there is none.
std::string_view last_record(std::string_view log) {
  for (size_t end = log.rfind('\n'); end != std::string_view::npos && end > 0;) {
    const std::string_view line = line_at(log, end - 1);
    if (!line.empty() && !line.starts_with(kEvent)) return line;
    end = log.rfind('\n', end - 1);
  }
  return {};
}

/// Records' numbers, averaged over stretches of the log.
class Curves {
 public:
  explicit Curves(size_t stretches) : stretches_(stretches) {}

  void add(size_t stretch, const Json& record) {
    for (const auto& [name, value] : record.items()) {
      if (!value.is_number()) continue;
      auto& mean = means_[name];
      mean.resize(stretches_);
      mean[stretch].sum += value.get<double>(), ++mean[stretch].count;
    }
  }

  Json json() const {
    Json out = Json::object();
    const auto images = means_.find("images");
    if (images == means_.end()) return out;
    for (const auto& [name, mean] : means_) {
      Json values = Json::array();
      for (size_t i = 0; i < stretches_; ++i) {
        if (images->second[i].count == 0) continue;  // nothing of this stretch was read
        values.push_back(mean[i].count > 0 ? Json(mean[i].sum / static_cast<double>(mean[i].count)) : Json());
      }
      out[name] = std::move(values);
    }
    return out;
  }

 private:
  struct Mean {
    double sum = 0;
    int64_t count = 0;
  };
  const size_t stretches_;
  std::map<std::string, std::vector<Mean>> means_;
};

struct Log {
  explicit Log(int64_t points) : points(points) {}

  void read_events(std::string_view log) {
    for (size_t at = 0; at < log.size();) {
      if (log.substr(at).starts_with(kEvent)) take_event(line_at(log, at));
      at = log.find("\n{\"event\"", at);
      if (at == std::string_view::npos) break;
      ++at;
    }
  }

  void take_event(std::string_view line) {
    if (line.empty()) return;
    const Json event = Json::parse(line, nullptr, false);
    if (!event.is_object()) {
      ++unreadable;
      return;
    }
    const Json kind = event.value("event", Json());
    if (kind == "eval") evals.push_back(event);
    if (kind == "verdict") verdicts.push_back(event);
    if (kind == "rollback") rollbacks.push_back(event);
    if (kind == "data") data = event;
  }

  Json read_records(std::string_view log) {
    std::vector<Json> records;
    const auto read = [&](std::string_view line) {
      if (line.empty() || line.starts_with(kEvent)) return;
      Json record = Json::parse(line, nullptr, false);
      if (!record.is_object() || !record.value("images", Json()).is_number())
        ++unreadable;
      else
        records.push_back(std::move(record));
    };
    if (log.size() <= kReadWhole) {
      for (size_t begin = 0, end; (end = log.find('\n', begin)) != std::string_view::npos; begin = end + 1)
        read(log.substr(begin, end - begin));
    } else {
      const auto lines = static_cast<size_t>(points * kLinesAPoint);
      for (size_t i = 0; i < lines; ++i) read(line_at(log, i * (log.size() / lines)));
      read(last_record(log));
    }
    if (!records.empty()) last = records.back();
    const size_t stretches = std::min(records.size(), static_cast<size_t>(points));
    Curves curves(stretches);
    for (size_t i = 0; i < records.size(); ++i) curves.add(i * stretches / records.size(), records[i]);
    return curves.json();
  }

  const int64_t points;
  Json evals = Json::array(), verdicts = Json::array(), rollbacks = Json::array(), data, last;
  int64_t unreadable = 0;
};

/// `count` of these, evenly, the first and the last among them.
template <class T>
std::vector<T> some_of(const std::vector<T>& all, int64_t count) {
  const auto size = static_cast<int64_t>(all.size());
  if (size <= count) return all;
  std::vector<T> some;
  for (int64_t i = 0; i < count; ++i) some.push_back(all[i * (size - 1) / (count - 1)]);
  return some;
}

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
  try {
    const std::string bytes = read_file(path);
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

}  // namespace

std::string data_url(const Image& image) {
  if (image.channels == 4) return "data:image/png;base64," + base64(encode_png(image));
  return "data:image/jpeg;base64," + base64(encode_jpeg(image));
}

Json curves_of(std::string_view log, int64_t points) {
  Log all(points);
  all.read_events(log);
  Json curves = all.read_records(log);
  return {{"curves", std::move(curves)},
          {"evals", some_of(all.evals.get<std::vector<Json>>(), 2 * points)},
          {"verdicts", some_of(all.verdicts.get<std::vector<Json>>(), 2 * points)},
          {"rollbacks", all.rollbacks},
          {"data", all.data},
          {"last", all.last},
          {"unreadable_lines", all.unreadable}};
}

Json run_figures(const RunDirectory& run, int64_t points) {
  const Json config = parse_json(read_file(run.config()), shown(run.config()));
  if (!config.is_object()) throw Error("'" + shown(run.config()) + "' is no config of a run", "was it edited?");
  Json out = {{"name", run.name()},
              {"path", shown(run.path())},
              {"version", config.value("dcgan", "")},
              {"data_path", config.value("data", "")},
              {"data_images", config.value("data_images", Json())},
              {"options", required<Json>(config, "options", shown(run.config()))}};
  std::error_code ignored;
  if (fs::exists(run.log(), ignored) && fs::file_size(run.log(), ignored) > 0) {
    const MappedFile log(run.log());
    out.update(curves_of({reinterpret_cast<const char*>(log.bytes().data()), log.bytes().size()}, points));
  } else {
    out.update(curves_of("", points));
  }
  out["grid_positions"] = run.grids();
  int64_t seen = out["last"].is_object() ? required<int64_t>(out["last"], "images", shown(run.log())) : 0;
  for (const auto& positions : {run.grids(), run.checkpoints()})
    if (!positions.empty()) seen = std::max(seen, positions.back());
  out["images_seen"] = seen;
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
