// The runs that a page is given. Knows neither httplib nor torch's tensors.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/platform/io/file.hpp"

namespace dcgan {

/// Looked for anew at every call, since runs begin and end. Any thread may call.
class Runs {
 public:
  /// `places`: run directories; a folder that is none stands for the runs in it.
  explicit Runs(std::vector<fs::path> places) : places_(std::move(places)) {}

  /// By the name of its folder; where two have the same, the second by its path. At most 200, the last ones.
  std::map<std::string, fs::path> named() const;
  /// Those names, a list.
  Json names() const;
  /// Throws UsageError where there is none of that name: nothing else of the file system is reached.
  fs::path of(const std::string& name) const;

 private:
  const std::vector<fs::path> places_;
};

}  // namespace dcgan
