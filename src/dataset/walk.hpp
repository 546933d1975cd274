// Lists a folder of pictures: every file that may be one, sorted, with its stamp. Opens no file. Meant for millions of
// files: a listing holds little more than their names. Not for what its classes are (dataset/class_folders).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/platform/io/file.hpp"
#include "dataset/litter.hpp"

namespace dcgan {

/// Files by number, in the order in which they were added. A path is relative to `root`, raw bytes. None has a class
/// at first.
class Listing {
 public:
  fs::path root;
  std::vector<std::string> classes;  // names of the folders that are classes; empty when there are none
  std::vector<std::string> remarks;  // what was passed over
  std::string stamp;                 // SHA-256 over paths, sizes, inodes and times

  int64_t count() const { return static_cast<int64_t>(ends_.size()); }
  std::string_view path(int64_t index) const;
  /// Class number, -1 for a file without one.
  int32_t label(int64_t index) const { return labels_[static_cast<size_t>(index)]; }
  void set_label(int64_t index, int32_t label) { labels_[static_cast<size_t>(index)] = label; }
  void add(std::string_view path);
  void remove(int64_t index);
  /// Of each file below `folder` ("" or "photos/") the next folder becomes its class; numbered in the order of their
  /// names. Files elsewhere, and those that lie there themselves, have none.
  void take_classes(const std::string& folder);

 private:
  std::string names_;
  std::vector<uint64_t> ends_;
  std::vector<int32_t> labels_;
};

/// Symbolic links are followed, each folder once (loops end). Run directories are passed over and named. Throws
/// UsageError when `root` is missing or no folder, Stopped soon after a signal, Exhausted when the system has no more
/// open files (however deep the folders lie, two are enough), and Error soon after more than `most_files`.
Listing list_folder(const fs::path& root, int64_t most_files = INT64_MAX / 32);

/// True when `file`, which need not be there, lies in `folder` or deeper, whatever links lead there. A folder that is
/// none holds nothing.
bool lies_within(const fs::path& file, const fs::path& folder);

/// True for a directory that `dcgan train` made.
bool is_run_directory(const fs::path& path);

}  // namespace dcgan
