#include "core/platform/io/aside_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "core/platform/io/leftovers.hpp"

namespace dcgan {
namespace {

FileHandle open_folder(const fs::path& path) {
  return FileHandle(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

void remove_left_folders(const fs::path& parent) {
  std::vector<fs::path> abandoned;
  std::error_code problem;
  for (auto entry = fs::directory_iterator(parent, problem); !problem && entry != fs::directory_iterator();
       entry.increment(problem))
    if (is_random_name(entry->path().filename().native(), kAsideFolder)) abandoned.push_back(entry->path());
  for (const auto& path : abandoned)
    if (const FileHandle folder = open_folder(path); folder.get() >= 0)
      if (is_abandoned(folder, path.filename().native(), kAsideFolder)) fs::remove_all(path, problem);
}

[[noreturn]] void refuse(const fs::path& path) {
  throw UsageError("'" + shown(path) + "' already exists and is not an empty folder", "choose another, or remove it");
}

}  // namespace

AsideFolder::AsideFolder(fs::path path) : path_(std::move(path)) {
  std::error_code ignored, problem;
  const bool is_there = fs::exists(path_, ignored) || fs::is_symlink(path_, ignored);
  if (is_there && !(fs::is_directory(path_, ignored) && fs::is_empty(path_, ignored))) refuse(path_);
  target_ = is_there ? fs::canonical(path_, problem) : without_slash(path_.lexically_normal());
  if (problem) throw_system_error("cannot make the folder '" + shown(path_) + "'", problem.value());
  make_directories(parent_of(target_));
  remove_left_folders(parent_of(target_));
  for (;;) {
    const fs::path aside = parent_of(target_) / random_name(kAsideFolder);
    if (::mkdir(aside.c_str(), 0777) != 0) {
      if (errno == EEXIST) continue;
      throw_system_error("cannot make the folder '" + shown(path_) + "'", errno);
    }
    handle_ = open_folder(aside);
    struct stat status {};
    if (handle_.get() < 0 || ::fstat(handle_.get(), &status) != 0) {
      const int error_number = errno;
      ::rmdir(aside.c_str());
      throw_system_error("cannot make the folder '" + shown(path_) + "'", error_number);
    }
    if (!hold(handle_)) continue;    // another process took it for a leftover before it was held
    mode_ = status.st_mode & 07777;  // as the umask has it
    ::fchmod(handle_.get(), 0700);
    aside_ = aside;
    removal_.emplace([aside] {
      std::error_code left_for_the_next;
      fs::remove_all(aside, left_for_the_next);
    });
    return;
  }
}

AsideFolder::~AsideFolder() {
  std::error_code ignored;
  if (!aside_.empty()) fs::remove_all(aside_, ignored);
}

void AsideFolder::commit() {
  ::fchmod(handle_.get(), mode_);
  if (::rename(aside_.c_str(), target_.c_str()) != 0) {  // of an empty folder it takes the place
    if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR) refuse(path_);
    throw_system_error("cannot make the folder '" + shown(path_) + "'", errno);
  }
  aside_.clear(), removal_.reset();
}

}  // namespace dcgan
