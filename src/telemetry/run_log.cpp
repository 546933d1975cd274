#include "telemetry/run_log.hpp"

#include "image/decode.hpp"

namespace dcgan {

RunLog::RunLog(Console& console, std::optional<RunLogFiles> files, int64_t images)
    : console_(console), files_(std::move(files)) {
  if (!files_) return;
  log_.emplace(files_->log);
  if (files_->tensorboard) tensorboard_.emplace(*files_->tensorboard, images);
}

void RunLog::append(const Json& line) {
  if (!log_) return;
  files_->check_held();
  log_->append(compact(line));
}

void RunLog::tell(const Record& record, double seconds_in_process) {
  append(to_json(record));
  if (tensorboard_) tensorboard_->add(record);
  console_.record(record, seconds_in_process);
}

void RunLog::tell(const RunEvent& event) {
  if (event.is_logged) append(event.json());
  if (tensorboard_) tensorboard_->add(event);
  if (!event.picture.empty() && files_ && files_->preview) show(event.picture);
  if (!event.line.empty()) console_.event(event.line, event.json());
}

void RunLog::end(const RunEvent& event) {
  if (tensorboard_) tensorboard_->end(event.images);
  tell(event);
}

void RunLog::show(const fs::path& picture) {
  constexpr int64_t kMegapixels = 64;  // as a sheet may have
  const std::string png = read_file(picture);
  console_.show(decode_image(png, probe_image(png), kMegapixels));
}

}  // namespace dcgan
