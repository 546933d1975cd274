#include "core/platform/io/private_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace dcgan {
namespace {

std::string why_unreadable(const fs::path& path, int error_number) {
  try {
    throw_system_error("cannot read the folder '" + shown(path) + "'", error_number);
  } catch (const Error& error) {
    rethrow_exhausted(error);
    return error.what();
  }
}

}  // namespace

void make_private_folder(const fs::path& path) {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return;
  if (errno == ENOENT) {
    make_directories(parent_of(path));
    if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return;
  }
  throw_system_error("cannot make the folder '" + shown(path) + "'", errno);
}

std::string problem_of_private_folder(const fs::path& path, bool narrowed) {
  const std::string name = "'" + shown(path) + "' ";
  const FileHandle folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  const int problem = errno;
  struct stat status {};
  if (folder.get() < 0) {
    if (::lstat(path.c_str(), &status) != 0) return "";  // it can be made
    if (S_ISLNK(status.st_mode)) return name + "is a link: name the folder itself";
    if (!S_ISDIR(status.st_mode)) return name + "is not a folder";
    return why_unreadable(path, problem);
  }
  if (::fstat(folder.get(), &status) != 0) return why_unreadable(path, errno);
  if (status.st_uid != ::geteuid()) return name + "belongs to another user";
  constexpr mode_t kOthers = 077, kOthersWrite = 022;
  if (narrowed && (status.st_mode & kOthers) != 0 && ::fchmod(folder.get(), 0700) == 0) return "";
  if ((status.st_mode & kOthersWrite) != 0) return name + "can be written to by others: set its mode to 0700";
  return "";
}

}  // namespace dcgan
