// What is in a folder, file by file: for `dcgan doctor`. Changes nothing.
#pragma once

#include <map>

#include "dataset/pixels.hpp"

namespace dcgan {

struct FileReport {
  std::string name;
  std::string reason;   // why training would skip it
  std::string convert;  // a command that would help, or empty
};

struct DataSurvey {
  std::string kind;
  int64_t files = 0;
  int64_t usable = 0;
  std::map<std::string, int64_t> formats;  // of usable files: "PNG" -> how many
  std::map<std::string, int64_t> modes;    // "RGB", "gray, 16 bit"...
  std::map<std::string, int64_t> sizes;    // "178 x 218"
  std::vector<std::pair<std::string, int64_t>> classes;
  std::vector<FileReport> unusable;
  std::vector<std::vector<std::string>> duplicates;  // groups of files with the same bytes
  std::vector<std::string> smaller;  // would be enlarged to the asked size; none of a pack, which has its own
  bool all_gray = true;
  std::vector<std::string> remarks;
};

/// Decodes every picture once on `threads` threads. Throws Error when DATA is missing.
DataSurvey survey_data(const fs::path& path, Size size, int64_t max_megapixels, int64_t threads);

}  // namespace dcgan
