// Lists a folder of pictures: every file that may be one, sorted, with its class and its stamp. Opens no file.
#pragma once

#include <string>
#include <vector>

#include "core/platform/file.hpp"

namespace dcgan {

struct ListedFile {
  std::string path;  // relative to the folder, raw bytes
  int32_t label = -1;
  uint64_t bytes = 0;
  uint64_t inode = 0;
  int64_t modified_ns = 0;
  int64_t changed_ns = 0;  // ctime: moves with every change, even when the modification time is set back
};

struct Listing {
  fs::path root;
  std::vector<ListedFile> files;     // sorted by path, bytewise
  std::vector<std::string> classes;  // names of top-level folders that hold files; empty when the folder is flat
  std::vector<std::string> remarks;  // run directories and unreadable folders that were passed over
};

/// Symbolic links are followed, each folder once (loops end). Hidden files, Thumbs.db, desktop.ini and
/// __MACOSX are passed over, run directories are passed over and named. Throws UsageError when `root` is missing
/// or no folder.
Listing list_folder(const fs::path& root);

/// True for a directory that `dcgan train` made.
bool is_run_directory(const fs::path& path);

}  // namespace dcgan
