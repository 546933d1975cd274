#include "core/platform/control_groups.hpp"

#include <fstream>
#include <string>

namespace dcgan {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// Whether a list like "cpu,cpuacct" has it.
bool lists(const std::string& controllers, std::string_view wanted) {
  for (size_t start = 0; start <= controllers.size();) {
    const size_t end = std::min(controllers.find(',', start), controllers.size());
    if (std::string_view(controllers).substr(start, end - start) == wanted) return true;
    start = end + 1;
  }
  return false;
}

/// Where the hierarchy of a line of /proc/self/cgroup is mounted.
fs::path root_of(const std::string& controllers, std::string_view wanted, const fs::path& groups) {
  if (controllers.empty())  // beside version 1 it has a folder of its own
    return is_there(groups / "unified" / "cgroup.controllers") ? groups / "unified" : groups;
  return is_there(groups / controllers) ? groups / controllers : groups / wanted;
}

}  // namespace

std::vector<ControlGroup> control_groups(std::string_view controller, const SystemFiles& files) {
  std::vector<ControlGroup> all;
  std::ifstream lines(files.proc / "self/cgroup");
  // A line is NUMBER:CONTROLLERS:PATH, and in version 2 names no controllers.
  for (std::string line; std::getline(lines, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool is_version2 = controllers.empty();
    if (!is_version2 && !lists(controllers, controller)) continue;
    const fs::path root = root_of(controllers, controller, files.groups);
    for (fs::path path = fs::path(line.substr(second + 1)).lexically_normal();; path = path.parent_path()) {
      all.push_back({root / path.relative_path(), is_version2});
      if (!path.has_relative_path()) break;
    }
  }
  return all;
}

int64_t number_in(const fs::path& file, int64_t missing) {
  std::ifstream stream(file);
  int64_t number = 0;
  return stream >> number ? number : missing;
}

std::string value_in(const fs::path& file, std::string_view key, char after) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(key)) {
      const size_t start = line.find_first_not_of(" \t", line.find(after) + 1);
      return start == std::string::npos ? "" : line.substr(start);
    }
  return "";
}

}  // namespace dcgan
