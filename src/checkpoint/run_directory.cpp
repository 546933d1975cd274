#include "checkpoint/run_directory.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/platform/io/lines.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr int kDigits = 9;  // a billion images sort by name
constexpr int64_t kFirst = 1000;

constexpr char kBegunFiles[] = ".dcgan-aside-";  // as AtomicFile calls them
constexpr char kBest[] = "best-";
constexpr char kPassedOver[] = ".passed-over";  // behind the name of a checkpoint that a run did not go on from

/// Numbers of the files PREFIXNNNNNNNNN.extension in a folder, rising. Of names that are written here alone: 900.ckpt
/// is somebody else's file.
std::vector<int64_t> numbered(const fs::path& folder, const std::string& extension, const std::string& prefix = "") {
  std::vector<int64_t> out;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().native();
    if (!name.starts_with(prefix) || !name.ends_with(extension) || name.size() < prefix.size() + extension.size())
      continue;
    const std::string digits = name.substr(prefix.size(), name.size() - prefix.size() - extension.size());
    int64_t number = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (problem == std::errc() && number >= 0 && zero_padded(number, kDigits) == digits &&
        entry.is_regular_file(ignored))
      out.push_back(number);
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// A folder with nothing in it but the two empty ones that `create` makes, and what a start that was killed left of
/// files that it had begun.
bool is_unused(const fs::path& path) {
  std::error_code problem;
  for (auto entry = fs::directory_iterator(path, problem); !problem && entry != fs::directory_iterator(); ++entry) {
    const fs::path name = entry->path().filename();
    if (name.native().starts_with(kBegunFiles) || name == kLockName) continue;
    if ((name != "samples" && name != "checkpoints") || !fs::is_directory(entry->path(), problem) ||
        !fs::is_empty(entry->path(), problem))
      return false;
  }
  return !problem && fs::is_directory(path, problem);
}

void remove_file(const fs::path& path) {
  std::error_code problem;
  fs::remove(path, problem);
  if (problem) throw_system_error("cannot remove '" + shown(path) + "'", problem.value());
}

/// What to give instead of a file or folder that is no run but may lie in one or hold some.
std::string hint_to_run_near(const fs::path& path) {
  const auto is_run = [](const fs::path& folder) {
    std::error_code ignored;
    return fs::is_regular_file(RunDirectory(folder).config(), ignored);
  };
  fs::path above = parent_of(without_slash(path));
  if (above.filename() == "checkpoints" || above.filename() == "samples") above = parent_of(above);
  if (is_run(above)) return "give the run that it lies in: " + shell_word(above.native());
  fs::path last;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(path, ignored))
    if (is_run(entry.path()) && entry.path() > last) last = entry.path();
  if (last.empty()) return "give a directory that `dcgan train` made";
  return "give a run in it, such as " + shell_word(last.native());
}

}  // namespace

RunDirectory RunDirectory::create_next(const fs::path& parent, const std::string& name) {
  for (;;) {  // until the directory was made here, by no other process
    int64_t next = 0;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(parent, ignored)) {
      const std::string existing = entry.path().filename().native();
      int64_t number = 0;
      constexpr int64_t kMost = 1'000'000'000;  // a higher one was not counted to
      if (std::from_chars(existing.data(), existing.data() + existing.size(), number).ec == std::errc() &&
          number < kMost)
        next = std::max(next, number + 1);
    }
    const fs::path path = parent / (zero_padded(next, 5) + "-" + name);
    if (make_new_directory(path)) return create(path);
  }
}

void RunDirectory::check_free(const fs::path& path) {
  std::error_code problem;
  if (is_free(path)) return;
  throw UsageError(
      "the run directory '" + shown(path) + "' is " + (fs::is_directory(path, problem) ? "not empty" : "no folder"),
      fs::is_regular_file(RunDirectory(path).config(), problem)
          ? "go on with it by `dcgan train --resume " + shell_word(path.native()) + "`, or choose another --run"
          : "it holds no run: choose another --run, or a folder that does not exist yet");
}

RunDirectory RunDirectory::create(const fs::path& path) {
  if (!make_new_directory(path)) check_free(path);
  remove_leftovers(path);
  RunDirectory run(path);
  run.make_folders();
  return run;
}

void RunDirectory::make_folders() const {
  make_directories(path_ / "samples");
  make_directories(path_ / "checkpoints");
}

bool RunDirectory::is_free(const fs::path& path) {
  std::error_code problem;
  return !fs::exists(path, problem) || is_unused(path);
}

bool RunDirectory::was_begun(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path / "samples", ignored) && fs::is_directory(path / "checkpoints", ignored);
}

void RunDirectory::begin_again() const {
  make_folders();
  cut_back_to(0);
  std::error_code ignored;
  fs::remove(log(), ignored);
}

void RunDirectory::pass_over(const fs::path& checkpoint) const {
  std::error_code problem;
  fs::rename(checkpoint, checkpoint.native() + kPassedOver, problem);
  if (problem) throw_system_error("cannot rename '" + shown(checkpoint) + "'", problem.value());
}

void RunDirectory::remove_if_unused() const {
  std::error_code ignored;  // the error that ended training is the one to tell
  if (!is_unused(path_)) return;
  fs::remove(path_ / kLockName, ignored);
  for (const auto& folder : {path_ / "samples", path_ / "checkpoints", path_}) fs::remove(folder, ignored);
}

RunDirectory RunDirectory::open(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) throw UsageError("there is no run directory '" + shown(path) + "'", "check the path");
  if (!fs::is_directory(path, ignored))
    throw UsageError("'" + shown(path) + "' is a file, not a run directory", hint_to_run_near(path));
  RunDirectory run(path);
  if (!fs::is_regular_file(run.config(), ignored))
    throw UsageError("'" + shown(path) + "' is not a run directory: it has no config.json", hint_to_run_near(path));
  return run;
}

std::string RunDirectory::name() const {
  return printable(without_slash(fs::absolute(path_).lexically_normal()).filename().native());  // "." is called, too
}

fs::path RunDirectory::samples(int64_t images) const {
  return path_ / "samples" / (zero_padded(images, kDigits) + ".png");
}
fs::path RunDirectory::checkpoint(int64_t images) const {
  return path_ / "checkpoints" / (zero_padded(images, kDigits) + ".ckpt");
}
fs::path RunDirectory::best(int64_t images) const {
  return path_ / "checkpoints" / (kBest + zero_padded(images, kDigits) + ".ckpt");
}
std::vector<int64_t> RunDirectory::bests() const { return numbered(path_ / "checkpoints", ".ckpt", kBest); }
void RunDirectory::keep_best(int64_t images) const {
  for (const int64_t one : bests())
    if (one != images) remove_file(best(one));
}
std::vector<int64_t> RunDirectory::checkpoints() const { return numbered(path_ / "checkpoints", ".ckpt"); }
std::string RunDirectory::hint_to_older_checkpoint() const {
  const auto all = checkpoints();
  if (all.size() < 2) return "";
  return "move it away, or use --resume-auto, which passes it over; then the run goes on from '" +
         shown(checkpoint(all[all.size() - 2])) + "'";
}
std::vector<int64_t> RunDirectory::grids() const { return numbered(path_ / "samples", ".png"); }

void RunDirectory::keep_newest_checkpoints(int64_t keep) const {
  const auto all = checkpoints();
  for (size_t i = 0; i + static_cast<size_t>(keep) < all.size(); ++i) remove_file(checkpoint(all[i]));
}

void RunDirectory::thin_grids(int64_t images, int64_t every) const {
  for (const int64_t grid : grids())
    if (!keeps_grid(grid, images, every)) remove_file(samples(grid));
}

void RunDirectory::cut_back_to(int64_t images) const {
  for (const auto& folder : {path_, path_ / "samples", path_ / "checkpoints"}) remove_leftovers(folder);
  for (const int64_t grid : grids())
    if (grid > images) remove_file(samples(grid));
  for (const int64_t one : bests())
    if (one > images) remove_file(best(one));
  std::error_code ignored;
  if (!fs::exists(log(), ignored)) return;
  const std::string text = read_file(log());
  // What cannot be read at the end was being written when the process died; in the middle somebody's disk or editor did
  // it, and what follows is whole.
  size_t kept = 0;
  int64_t number = 0, unread = 0, first_unread = 0, pending = 0;
  for (size_t start = 0, end; (end = text.find('\n', start)) != std::string::npos; start = end + 1) {
    ++number;
    const Json record = parse_json_line(std::string_view(text).substr(start, end - start)).value_or(nullptr);
    const auto at = record.is_object() ? record.find("images") : record.end();
    if (!record.is_object() || at == record.end() || !at->is_number_integer()) {
      if (pending++ == 0 && unread == 0) first_unread = number;
      continue;
    }
    if (*at > images) break;
    unread += std::exchange(pending, 0);
    kept = end + 1;
  }
  if (unread > 0)
    warn("'" + shown(log()) + "' has " + counted(unread, "line") + " that cannot be read, the first is line " +
         std::to_string(first_unread) + ": left as they are");
  if (kept != text.size()) write_file(log(), text.substr(0, kept));
}

Json RunDirectory::last_record() const {
  constexpr uint64_t kLastBytes = 16 << 20;  // hundreds of thousands of records
  std::error_code ignored;
  if (!fs::exists(log(), ignored)) return nullptr;
  Json last;
  read_lines(log(), {kLastBytes, kLongestJsonLine}, [&](std::string_view line, uint64_t) {
    auto record = parse_json_line(line);
    if (record && record->is_object() && !record->contains("event")) last = std::move(*record);
  });
  return last;
}

bool multiple_passed(int64_t before, int64_t after, int64_t every) { return before / every != after / every; }

bool due_early_and_every(int64_t before, int64_t after, int64_t every) {
  for (int64_t early = kFirst; early < every; early *= 2)
    if (before < early && after >= early) return true;
  return multiple_passed(before, after, every);
}

bool keeps_grid(int64_t grid, int64_t now, int64_t every) {
  constexpr int64_t kNewest = 10, kMost = 50;
  if (grid < every || now - grid < kNewest * every) return true;
  int64_t distance = every;
  while (now / distance > kMost) distance *= 2;
  return grid / distance != (grid - every) / distance;
}

}  // namespace dcgan
