#include "dataset/walk.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/io/digest.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

void stop_if_asked() { throw_if_stopped("while the folder was listed"); }

class Walker {
 public:
  Walker(Listing& listing, int64_t most_files) : listing_(listing), most_files_(most_files) {}

  void visit(const fs::path& folder, const std::string& relative) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0 || !seen_.emplace(status.st_dev, status.st_ino).second) return;
    if (!relative.empty() && is_run_directory(folder)) {
      remark(runs_, "passed over the run directory '" + shown(relative) + "'");
      return;
    }
    // Read to its end and closed before any folder in it is: so a deep tree takes no more open files than a flat one.
    const Names names = read(folder, relative);
    for (size_t i = 0; i < names.spans.size(); ++i) take(folder, relative, std::string(names[i]));
  }

  std::string stamp() { return stamp_.hex(); }

  /// Says how many there were of what was not named.
  void finish() {
    const auto say = [&](int64_t count, const std::string& what) {
      if (count > kNamed) listing_.remarks.push_back(with_commas(count - kNamed) + " more " + what);
    };
    say(runs_, "run directories were passed over");
    say(unread_, "folders cannot be read");
    say(lost_, "names lead nowhere");
  }

 private:
  /// What a folder holds, sorted. Folders sort with a slash behind their name: so all files come in the order of their
  /// paths, without sorting them all.
  struct Names {
    std::string text;
    std::vector<std::pair<uint64_t, uint32_t>> spans;
    std::string_view operator[](size_t i) const { return of(spans[i]); }
    std::string_view of(const std::pair<uint64_t, uint32_t>& span) const {
      return std::string_view(text).substr(span.first, span.second);
    }
  };

  Names read(const fs::path& folder, const std::string& relative) {
    Names names;
    std::error_code problem;
    auto entry = fs::directory_iterator(folder, problem);
    constexpr int64_t kBetweenChecks = 1024;
    for (; !problem && entry != fs::directory_iterator(); entry.increment(problem)) {
      if (++entries_ % kBetweenChecks == 0) stop_if_asked();
      check_count();
      std::string name = entry->path().filename().native();
      if (is_passed_over(name)) continue;
      std::error_code ignored;
      if (entry->is_directory(ignored)) name += '/';
      names.spans.emplace_back(names.text.size(), static_cast<uint32_t>(name.size()));
      names.text += name;
    }
    if (problem) cannot_read(folder, relative, problem.value());
    std::sort(names.spans.begin(), names.spans.end(),
              [&](const auto& a, const auto& b) { return names.of(a) < names.of(b); });
    return names;
  }

  /// Nothing is said of a folder that the system had no more open files or memory for: the set would be another one.
  void cannot_read(const fs::path& folder, const std::string& relative, int error_number) {
    try {
      throw_system_error("cannot read the folder '" + shown(folder) + "'", error_number);
    } catch (const Error& error) {
      rethrow_exhausted(error);
      if (relative.empty()) throw;
      remark(unread_, "cannot read the folder '" + shown(relative) + "': " + std::strerror(error_number));
    }
  }

  void check_count() const {
    constexpr int64_t kOthers = 100'000;  // folders, hidden files
    if (listing_.count() > most_files_ || entries_ / 16 > std::max(most_files_, kOthers / 16))
      throw Error("there are more than " + counted(most_files_, "file") + " in '" + shown(listing_.root) + "'");
  }

  void take(const fs::path& folder, const std::string& relative, const std::string& name) {
    stop_if_asked();
    if (name.ends_with('/')) return visit(folder / name.substr(0, name.size() - 1), relative + name);
    struct stat status {};
    if (::stat((folder / name).c_str(), &status) != 0) {  // a link to nowhere
      if (errno == ENOMEM) throw_system_error("cannot look at '" + shown(folder / name) + "'", errno);
      remark(lost_, "passed over '" + shown(relative + name) + "': it leads nowhere");
      return;
    }
    if (!S_ISREG(status.st_mode)) return;
    const std::string path = relative + name;
    listing_.add(path);
    check_count();
    const FileStamp stamp = to_stamp(status);
    stamp_.add(&stamp, sizeof stamp);
    const uint64_t length = path.size();
    stamp_.add(&length, sizeof length);
    stamp_.add(path);
  }

  void remark(int64_t& count, const std::string& text) {
    if (++count <= kNamed) listing_.remarks.push_back(text);
  }

  static constexpr int64_t kNamed = 10;
  Listing& listing_;
  const int64_t most_files_;
  int64_t runs_ = 0, unread_ = 0, lost_ = 0;
  int64_t entries_ = 0;
  Sha256 stamp_;
  std::set<std::pair<dev_t, ino_t>> seen_;
};

}  // namespace

std::string_view Listing::path(int64_t index) const {
  const auto i = static_cast<size_t>(index);
  const uint64_t start = i == 0 ? 0 : ends_[i - 1];
  return std::string_view(names_).substr(start, ends_[i] - start);
}

void Listing::add(std::string_view path) {
  names_ += path;
  ends_.push_back(names_.size());
  labels_.push_back(-1);
}

void Listing::remove(int64_t index) {
  const auto i = static_cast<size_t>(index);
  const uint64_t length = path(index).size();
  names_.erase(ends_[i] - length, length);
  ends_.erase(ends_.begin() + index), labels_.erase(labels_.begin() + index);
  for (size_t behind = i; behind < ends_.size(); ++behind) ends_[behind] -= length;
}

void Listing::take_classes(const std::string& folder) {
  // Files of one folder come one after another mostly; numbers follow when all names are known.
  std::map<std::string, int32_t, std::less<>> numbers;
  auto last = numbers.end();
  for (int64_t i = 0; i < count(); ++i) {
    const auto whole = path(i);
    const size_t slash = whole.starts_with(folder) ? whole.find('/', folder.size()) : std::string_view::npos;
    set_label(i, -1);
    if (slash == std::string_view::npos) continue;
    const auto name = whole.substr(folder.size(), slash - folder.size());
    if (last == numbers.end() || last->first != name)
      last = numbers.emplace(name, static_cast<int32_t>(numbers.size())).first;
    set_label(i, last->second);
  }
  classes.clear();
  std::vector<int32_t> renamed(numbers.size());
  for (const auto& [name, number] : numbers) {
    renamed[static_cast<size_t>(number)] = static_cast<int32_t>(classes.size());
    classes.push_back(name);
  }
  for (int32_t& label : labels_)
    if (label >= 0) label = renamed[static_cast<size_t>(label)];
}

bool lies_within(const fs::path& file, const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) return false;
  const fs::path outer = fs::weakly_canonical(without_slash(folder), ignored);
  const fs::path inner = fs::weakly_canonical(file, ignored);
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

bool is_run_directory(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path / "config.json", ignored) && fs::is_directory(path / "checkpoints", ignored);
}

Listing list_folder(const fs::path& root, int64_t most_files) {
  Listing listing;
  listing.root = root;
  check_named_is_there(root);
  std::error_code problem;
  if (!fs::is_directory(root, problem))
    throw UsageError("'" + shown(root) + "' is not a folder", "give the folder that holds the pictures");
  Walker walker(listing, most_files);
  walker.visit(root, "");
  walker.finish();
  listing.take_classes("");
  listing.stamp = walker.stamp();
  return listing;
}

}  // namespace dcgan
