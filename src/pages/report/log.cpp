#include "pages/report/log.hpp"

#include <algorithm>
#include <optional>

#include "core/platform/io/lines.hpp"
#include "core/text.hpp"
#include "telemetry/evaluation_event.hpp"

namespace dcgan {
namespace {

constexpr std::string_view kEvent = "{\"event\"";
constexpr uint64_t kReadWhole = 4 << 20;    // bytes of a log of which every record is read
constexpr int64_t kLinesAPoint = 8;         // of a longer one
constexpr uint64_t kMostRead = 512 << 20;   // bytes of a file
constexpr size_t kMostKept = 16 << 20;      // bytes of lines whose JSON is held at once
constexpr size_t kMostParsed = 64 << 20;    // bytes of lines that are parsed until fewer are chosen
constexpr size_t kMostCurves = 100;         // our records have 22 numbers
constexpr int64_t kMostImages = 1LL << 53;  // a page counts in doubles

/// The types that a page relies on. What is missing or of another type is null, "" or false; but `words` must be there.
struct Shape {
  std::vector<const char*> numbers, words, texts, flags;
};
const Shape kRecord{
    .numbers = {"seconds", "images_per_second"}, .words = {}, .texts = {"verdict", "pictures"}, .flags = {}};
const Shape kEval{.numbers = {"kid", "kid_error", "diversity", "memorised", "memorised_floor", "generated", "real"},
                  .words = {},
                  .texts = {"features", "pictures", "words", "against"},
                  .flags = {"best"}};
const Shape kVerdict{.numbers = {}, .words = {"verdict"}, .texts = {"reason"}, .flags = {}};
const Shape kRollback{.numbers = {"to"}, .words = {}, .texts = {}, .flags = {}};
const Shape kData{.numbers = {"pictures", "classes", "skipped"}, .words = {}, .texts = {}, .flags = {}};

std::optional<int64_t> images_of(const Json& line) {
  const auto found = line.is_object() ? line.find("images") : line.end();
  if (!line.is_object() || found == line.end() || !found->is_number_integer() || !fits<int64_t>(*found)) return {};
  const auto images = found->get<int64_t>();
  return images >= 0 && images <= kMostImages ? std::optional(images) : std::nullopt;
}

/// A line as a page may have it: no lists, texts printable, and of `shape`. None where that cannot be.
std::optional<Json> shaped(const Json& line, const Shape& shape) {
  if (!images_of(line)) return std::nullopt;
  Json out = Json::object();
  for (const auto& [key, value] : line.items())
    if (!value.is_structured()) out[printable(key)] = printable_json(value);
  const auto other_than = [&](const char* key, auto is_right) { return !out.contains(key) || !(out[key].*is_right)(); };
  for (const char* key : shape.words)
    if (other_than(key, &Json::is_string)) return std::nullopt;
  for (const char* key : shape.numbers)
    if (other_than(key, &Json::is_number)) out[key] = nullptr;
  for (const char* key : shape.texts)
    if (other_than(key, &Json::is_string)) out[key] = "";
  for (const char* key : shape.flags)
    if (other_than(key, &Json::is_boolean)) out[key] = false;
  return out;
}

/// Some of the lines that it is given, evenly chosen, so that they take no more memory than kMostKept of text, and no
/// more time the more there are.
class Thinned {
 public:
  /// Whether the next line, of so many bytes, is wanted.
  bool wants_next(size_t bytes) {
    if (seen_++ % stride_ != 0) return false;
    parsed_ += bytes;
    if (parsed_ > kMostParsed) halve();
    return true;
  }
  void add(Json json, size_t bytes) {
    kept_.push_back({std::move(json), bytes});
    bytes_ += bytes;
    while (bytes_ > kMostKept && kept_.size() > 1) halve();
  }
  const auto& kept() const { return kept_; }

 private:
  struct Line {
    Json json;
    size_t bytes;
  };
  void halve() {
    std::vector<Line> half;
    bytes_ = parsed_ = 0;
    for (size_t i = 0; i < kept_.size(); i += 2) bytes_ += kept_[i].bytes, half.push_back(std::move(kept_[i]));
    kept_ = std::move(half);
    stride_ *= 2;
  }

  std::vector<Line> kept_;
  size_t bytes_ = 0, parsed_ = 0;
  uint64_t seen_ = 0, stride_ = 1;
};

/// Records' numbers, averaged over stretches of the log.
class Curves {
 public:
  explicit Curves(size_t stretches) : stretches_(stretches) {}

  void add(size_t stretch, const Json& record) {
    for (const auto& [name, value] : record.items()) {
      if (!value.is_number() || (means_.size() >= kMostCurves && !means_.contains(name) && name != "images")) continue;
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

/// Takes the lines of a log, in order.
class Log {
 public:
  /// `bytes`: of all lines together.
  Log(int64_t points, uint64_t bytes)
      : points_(points), between_(bytes <= kReadWhole ? 0 : bytes / static_cast<uint64_t>(points * kLinesAPoint)) {}

  /// `at`: bytes of lines before this one.
  void take(std::string_view line, uint64_t at) {
    if (line.empty()) return;
    if (line.starts_with(kEvent)) return take_event(line);
    const bool is_taken = at + line.size() >= next_;
    // Of a torn or endless line nothing would be known: then the one before it is the last.
    if (line.size() <= kLongestJsonLine && line.front() == '{' && line.back() == '}')
      last_line_ = line, is_last_taken_ = is_taken;
    if (!is_taken) return;
    if (between_ > 0) next_ = (at + line.size()) / between_ * between_ + between_;
    if (records_.wants_next(line.size())) take_record(line);
  }

  Json json() {
    if (!last_line_.empty() && !is_last_taken_) take_record(last_line_);
    const auto& records = records_.kept();
    const size_t stretches = std::min(records.size(), static_cast<size_t>(points_));
    Curves curves(stretches);
    for (size_t i = 0; i < records.size(); ++i) curves.add(i * stretches / records.size(), records[i].json);
    Json out = {{"curves", curves.json()}};
    add_events(out);
    const auto last = parse_json_line(last_line_);
    out["last"] =
        (last ? shaped(*last, kRecord) : std::nullopt).value_or(records.empty() ? Json() : records.back().json);
    out["unreadable_lines"] = unreadable_;
    return out;
  }

 private:
  void take_event(std::string_view line) {
    if (!events_.wants_next(line.size())) return;
    if (auto event = parse_json_line(line); event && event->is_object())
      events_.add(std::move(*event), line.size());
    else
      ++unreadable_;
  }

  void take_record(std::string_view line) {
    const auto json = parse_json_line(line);
    if (auto record = json ? shaped(*json, kRecord) : std::nullopt)
      records_.add(std::move(*record), line.size());
    else
      ++unreadable_;
  }

  void add_events(Json& out) {
    std::vector<Json> evals, verdicts, rollbacks;
    Json data;
    for (const auto& line : events_.kept()) {
      const Json kind = line.json.value("event", Json());
      const auto take = [&](const Shape& shape, auto&& keep) {
        if (auto event = shaped(&shape == &kEval ? bare_evaluation(line.json) : line.json, shape))
          keep(std::move(*event));
        else
          ++unreadable_;
      };
      if (kind == "eval") take(kEval, [&](Json event) { evals.push_back(std::move(event)); });
      if (kind == "verdict") take(kVerdict, [&](Json event) { verdicts.push_back(std::move(event)); });
      if (kind == "rollback") take(kRollback, [&](Json event) { rollbacks.push_back(std::move(event)); });
      if (kind == "data") take(kData, [&](Json event) { data = std::move(event); });
    }
    out["evals"] = some_of(evals, 2 * points_), out["verdicts"] = some_of(verdicts, 2 * points_);
    out["rollbacks"] = some_of(rollbacks, 2 * points_), out["data"] = std::move(data);
  }

  const int64_t points_;
  const uint64_t between_;  // bytes between records that are read; 0: all are
  uint64_t next_ = 0;       // of a long log: the record that holds this byte is the next to be read
  Thinned events_, records_;
  std::string last_line_;  // that is no event's
  bool is_last_taken_ = false;
  int64_t unreadable_ = 0;
};

}  // namespace

Json curves_of(std::string_view log, int64_t points) {
  Log all(points, log.size());
  for (size_t begin = 0, end; (end = log.find('\n', begin)) != std::string_view::npos; begin = end + 1)
    all.take(log.substr(begin, end - begin), begin);
  return all.json();
}

Json curves_of_file(const fs::path& path, int64_t points) {
  std::error_code problem;
  if (!fs::exists(path, problem)) return curves_of("", points);
  const uint64_t bytes = stamp_of(path).bytes, left_out = bytes > kMostRead ? bytes - kMostRead : 0;
  Log all(points, bytes - left_out);
  // It may have grown since: what is beyond is left to the next time.
  const ReadSpan span = read_lines(path, {kMostRead, kLongestJsonLine}, [&](std::string_view line, uint64_t at) {
    all.take(line, at - std::min(at, left_out));
  });
  Json out = all.json();
  out["left_out"] = span.begin;
  return out;
}

}  // namespace dcgan
