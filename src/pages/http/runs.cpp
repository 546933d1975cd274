#include "pages/http/runs.hpp"

#include <algorithm>

#include "checkpoint/run_directory.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "dataset/walk.hpp"

namespace dcgan {
namespace {

constexpr size_t kRuns = 200;

std::vector<fs::path> runs_in(const std::vector<fs::path>& places) {
  std::vector<fs::path> all;
  for (const auto& place : places) {
    if (is_run_directory(place)) {
      if (std::find(all.begin(), all.end(), without_slash(place)) == all.end()) all.push_back(without_slash(place));
      continue;
    }
    std::vector<fs::path> inside;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(place, ignored))
      if (is_run_directory(entry.path())) inside.push_back(entry.path());
    std::sort(inside.begin(), inside.end());
    all.insert(all.end(), inside.begin(), inside.end());
  }
  if (all.size() > kRuns) all.erase(all.begin(), all.end() - kRuns);
  return all;
}

}  // namespace

std::map<std::string, fs::path> Runs::named() const {
  std::map<std::string, fs::path> all;
  for (const auto& run : runs_in(places_)) {
    const std::string name = RunDirectory(run).name();
    all.emplace(all.contains(name) ? shown(run) : name, run);
  }
  return all;
}

Json Runs::names() const {
  Json names = Json::array();
  for (const auto& [name, path] : named()) names.push_back(name);
  return names;
}

fs::path Runs::of(const std::string& name) const {
  const auto all = named();
  const auto found = all.find(name);
  if (found == all.end()) throw UsageError("there is no run '" + printable(name) + "' here", "reload the page");
  return found->second;
}

}  // namespace dcgan
