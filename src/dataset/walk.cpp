#include "dataset/walk.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/error.hpp"

namespace dcgan {
namespace {

bool is_passed_over(const std::string& name) {
  return name.starts_with(".") || name == "Thumbs.db" || name == "desktop.ini" || name == "__MACOSX";
}

class Walker {
 public:
  explicit Walker(Listing& listing) : listing_(listing) {}

  void visit(const fs::path& folder, const std::string& relative) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0 || !seen_.emplace(status.st_dev, status.st_ino).second) return;
    if (!relative.empty() && is_run_directory(folder)) {
      listing_.remarks.push_back("passed over the run directory '" + printable_name(relative) + "'");
      return;
    }
    std::error_code problem;
    auto entries = fs::directory_iterator(folder, problem);
    if (problem) {
      if (relative.empty()) throw_system_error("cannot read the folder '" + shown(folder) + "'", problem.value());
      listing_.remarks.push_back("cannot read the folder '" + printable_name(relative) + "': " + problem.message());
      return;
    }
    std::vector<fs::path> paths;  // sorted, so that of two ways to one folder always the same one is taken
    for (const auto& entry : entries) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) take(path, relative);
  }

 private:
  static std::string printable_name(const std::string& raw) { return shown(fs::path(raw)); }

  void take(const fs::path& path, const std::string& relative) {
    const std::string name = path.filename().native();
    if (is_passed_over(name)) return;
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {  // a link to nowhere
      listing_.remarks.push_back("passed over '" + printable_name(relative + name) + "': it leads nowhere");
      return;
    }
    if (S_ISDIR(status.st_mode)) return visit(path, relative + name + "/");
    if (!S_ISREG(status.st_mode)) return;
    const auto nanoseconds = [](const timespec& t) { return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec; };
    listing_.files.push_back({relative + name, -1, static_cast<uint64_t>(status.st_size), status.st_ino,
                              nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)});
  }

  Listing& listing_;
  std::set<std::pair<dev_t, ino_t>> seen_;
};

/// Top-level folders are classes, numbered in the order of their names; files beside them have none (-1).
void name_classes(Listing& listing) {
  const auto class_of = [](const ListedFile& file) { return file.path.substr(0, file.path.find('/')); };
  const auto has_class = [](const ListedFile& file) { return file.path.find('/') != std::string::npos; };
  std::map<std::string, int32_t> labels;
  for (const auto& file : listing.files)
    if (has_class(file)) labels[class_of(file)] = 0;
  for (auto& [name, label] : labels) {
    label = static_cast<int32_t>(listing.classes.size());
    listing.classes.push_back(name);
  }
  for (auto& file : listing.files)
    if (has_class(file)) file.label = labels[class_of(file)];
}

}  // namespace

bool is_run_directory(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path / "config.json", ignored) && fs::is_directory(path / "checkpoints", ignored);
}

Listing list_folder(const fs::path& root) {
  Listing listing;
  listing.root = root;
  std::error_code problem;
  if (!fs::exists(root, problem))
    throw UsageError("there is no folder or file '" + shown(root) + "'", "check the path");
  if (!fs::is_directory(root, problem))
    throw UsageError("'" + shown(root) + "' is no folder", "give the folder that holds the pictures");
  Walker(listing).visit(root, "");
  std::sort(listing.files.begin(), listing.files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  name_classes(listing);
  return listing;
}

}  // namespace dcgan
