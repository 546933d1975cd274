#include "dataset/walk.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/platform/signals.hpp"

namespace dcgan {
namespace {

void stop_if_asked() { throw_if_stopped("while the folder was listed"); }

class Walker {
 public:
  explicit Walker(Listing& listing) : listing_(listing) {}

  void visit(const fs::path& folder, const std::string& relative) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0 || !seen_.emplace(status.st_dev, status.st_ino).second) return;
    if (!relative.empty() && is_run_directory(folder)) {
      listing_.remarks.push_back("passed over the run directory '" + shown(relative) + "'");
      return;
    }
    std::error_code problem;
    auto entries = fs::directory_iterator(folder, problem);
    if (problem) {
      if (relative.empty()) throw_system_error("cannot read the folder '" + shown(folder) + "'", problem.value());
      listing_.remarks.push_back("cannot read the folder '" + shown(relative) + "': " + problem.message());
      return;
    }
    // Folders sort with a slash behind their name: so all files come in the order of their paths, without sorting them
    // all.
    std::string names;
    std::vector<std::pair<uint64_t, uint32_t>> spans;
    constexpr int kBetweenChecks = 1024;
    int read = 0;
    for (const auto& entry : entries) {
      if (++read % kBetweenChecks == 0) stop_if_asked();
      std::string name = entry.path().filename().native();
      if (is_passed_over(name)) continue;
      std::error_code ignored;
      if (entry.is_directory(ignored)) name += '/';
      spans.emplace_back(names.size(), static_cast<uint32_t>(name.size()));
      names += name;
    }
    const auto name_of = [&](const auto& span) { return std::string_view(names).substr(span.first, span.second); };
    std::sort(spans.begin(), spans.end(), [&](const auto& a, const auto& b) { return name_of(a) < name_of(b); });
    for (const auto& span : spans) take(folder, relative, std::string(name_of(span)));
  }

  std::string stamp() { return stamp_.hex(); }

 private:
  void take(const fs::path& folder, const std::string& relative, const std::string& name) {
    stop_if_asked();
    if (name.ends_with('/')) return visit(folder / name.substr(0, name.size() - 1), relative + name);
    struct stat status {};
    if (::stat((folder / name).c_str(), &status) != 0) {  // a link to nowhere
      listing_.remarks.push_back("passed over '" + shown(relative + name) + "': it leads nowhere");
      return;
    }
    if (!S_ISREG(status.st_mode)) return;
    const std::string path = relative + name;
    listing_.add(path);
    const FileStamp stamp = to_stamp(status);
    stamp_.add(&stamp, sizeof stamp);
    const uint64_t length = path.size();
    stamp_.add(&length, sizeof length);
    stamp_.add(path);
  }

  Listing& listing_;
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
  const size_t slash = path.find('/');
  if (slash == std::string_view::npos) {
    labels_.push_back(-1);
    return;
  }
  const auto folder = path.substr(0, slash);
  if (classes.empty() || classes.back() != folder) classes.emplace_back(folder);
  labels_.push_back(static_cast<int32_t>(classes.size()) - 1);
}

void Listing::number_classes() {
  // Files came in the order of "name/", which is not that of the names: "a-b/" stands before "a/".
  std::vector<int32_t> order(classes.size()), number(classes.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](int32_t a, int32_t b) { return classes[static_cast<size_t>(a)] < classes[static_cast<size_t>(b)]; });
  std::vector<std::string> sorted;
  for (const int32_t old : order) {
    number[static_cast<size_t>(old)] = static_cast<int32_t>(sorted.size());
    sorted.push_back(classes[static_cast<size_t>(old)]);
  }
  classes = std::move(sorted);
  for (int32_t& label : labels_)
    if (label >= 0) label = number[static_cast<size_t>(label)];
}

bool is_passed_over(std::string_view name) {
  return name.starts_with(".") || name == "Thumbs.db" || name == "desktop.ini" || name == "__MACOSX";
}

bool is_run_directory(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path / "config.json", ignored) && fs::is_directory(path / "checkpoints", ignored);
}

Listing list_folder(const fs::path& root) {
  Listing listing;
  listing.root = root;
  check_named_is_there(root);
  std::error_code problem;
  if (!fs::is_directory(root, problem))
    throw UsageError("'" + shown(root) + "' is no folder", "give the folder that holds the pictures");
  Walker walker(listing);
  walker.visit(root, "");
  listing.number_classes();
  listing.stamp = walker.stamp();
  return listing;
}

}  // namespace dcgan
