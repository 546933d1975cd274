#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/io/digest.hpp"
#include "core/platform/io/leftovers.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr std::string_view kBegun = ".dcgan-begun-";

/// What a file may replace: a file, a link to one (which goes), or nothing.
void check_is_file(const FileHandle& folder, const fs::path& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) throw Error("cannot write '" + shown(path) + "': it is a folder");
  struct stat status {};
  if (::fstatat(folder.get(), path.filename().c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;
  if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode))
    throw Error("cannot write '" + shown(path) + "': it is a pipe or a device", "name a file");
}

/// Why what is open may not be written to, or "".
std::string why_foreign(const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return "is not a file";
  if (status.st_uid != ::geteuid()) return "is another user's";
  return status.st_nlink > 1 ? "has a second name elsewhere" : "";
}

[[noreturn]] void refuse_foreign(const fs::path& path, const std::string& why) {
  throw Error(
      "cannot write '" + shown(path) + "': '" + shown(begun_file_of(path)) + "', where it would be begun, " + why,
      "it does not belong to dcgan: move it away");
}

}  // namespace

AtomicFile::AtomicFile(fs::path path, Aside aside, Access access) : path_(std::move(path)) {
  folder_ = FileHandle(::open(parent_of(path_).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (folder_.get() < 0) throw_system_error("cannot write '" + shown(path_) + "'", errno);
  check_is_file(folder_, path_);
  aside == Aside::kFresh ? open_fresh() : open_begun(access);
  if (access == Access::kOwner) restrict_to_owner();
}

void AtomicFile::open_fresh() {
  for (;;) {
    const std::string name = random_name(kAsideFile, path_.extension().native());
    file_ = FileHandle(::openat(folder_.get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (file_.get() < 0 && errno == EEXIST) continue;
    if (file_.get() < 0) throw_system_error("cannot write '" + shown(path_) + "'", errno);
    if (!hold(file_)) continue;  // another process took it for a leftover before it was held
    aside_ = parent_of(path_) / name;
    removal_.emplace([folder = folder_.get(), name] { ::unlinkat(folder, name.c_str(), 0); });
    return;
  }
}

void AtomicFile::open_begun(Access access) {
  const fs::path name = begun_file_of(path_).filename();
  for (;;) {
    file_ = FileHandle(::openat(folder_.get(), name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
                                access == Access::kOwner ? 0600 : 0666));
    const int problem = errno;
    if (file_.get() < 0 && problem == ELOOP) refuse_foreign(path_, "is a link");
    if (file_.get() < 0 && (problem == EISDIR || problem == ENXIO)) refuse_foreign(path_, "is not a file");
    if (file_.get() < 0) throw_system_error("cannot write '" + shown(path_) + "'", problem);
    struct stat held {
    }, named{};
    if (::fstat(file_.get(), &held) != 0) throw_system_error("cannot write '" + shown(path_) + "'", errno);
    if (const std::string why = why_foreign(held); !why.empty()) refuse_foreign(path_, why);
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
      throw Busy("another process is writing '" + shown(path_) + "'", "wait for it");
    // Between opening and locking another process may have finished and renamed the file: then look again.
    if (::fstatat(folder_.get(), name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 && held.st_ino == named.st_ino) break;
  }
  aside_ = parent_of(path_) / name;
}

AtomicFile::~AtomicFile() {
  if (!aside_.empty() && !kept_) ::unlinkat(folder_.get(), aside_.filename().c_str(), 0);
}

uint64_t AtomicFile::bytes() const {
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) throw_system_error("cannot read '" + shown(path_) + "'", errno);
  return static_cast<uint64_t>(status.st_size);
}

void AtomicFile::truncate(uint64_t bytes) {
  if (::ftruncate(file_.get(), static_cast<off_t>(bytes)) != 0)
    throw_system_error("cannot write '" + shown(path_) + "'", errno);
}

void AtomicFile::restrict_to_owner() {
  if (::fchmod(file_.get(), 0600) != 0) throw_system_error("cannot write '" + shown(path_) + "'", errno);
}

void AtomicFile::append(const void* data, size_t bytes) {
  write_at(data, bytes, end_);
  end_ += bytes;
}

void AtomicFile::write_at(const void* data, size_t bytes, uint64_t offset) {
  write_exactly(file_, data, bytes, static_cast<int64_t>(offset), path_);
}

void AtomicFile::reserve(uint64_t bytes) {
  const int problem = ::posix_fallocate(file_.get(), 0, static_cast<off_t>(bytes));
  if (problem != 0)
    throw_system_error("cannot reserve " + bytes_text(double(bytes)) + " for '" + shown(path_) + "'", problem);
}

void AtomicFile::commit(bool synced) {
  if (synced && ::fsync(file_.get()) != 0) throw_system_error("cannot write '" + shown(path_) + "'", errno);
  if (::renameat(folder_.get(), aside_.filename().c_str(), folder_.get(), path_.filename().c_str()) != 0)
    throw_system_error("cannot write '" + shown(path_) + "'", errno);
  aside_.clear(), removal_.reset();
  if (synced) sync_directory(parent_of(path_));
}

void write_file(const fs::path& path, std::string_view content, bool synced) {
  AtomicFile file(path);
  file.append(content);
  file.commit(synced);
}

fs::path begun_file_of(const fs::path& path) {
  constexpr size_t kLongest = 255;  // bytes, on every usual file system
  const std::string name = path.filename().native();
  std::string begun = std::string(kBegun) + name;
  if (begun.size() > kLongest) {
    const std::string ending = "~" + sha256_hex(name).substr(0, 16);
    begun.resize(kLongest - ending.size());
    begun += ending;
  }
  return parent_of(path) / begun;
}

bool is_being_written(const fs::path& path) { return is_locked(begun_file_of(path)); }

bool is_locked(const fs::path& path) {
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  return file.get() >= 0 && ::flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

void remove_leftovers(const fs::path& directory) {
  const FileHandle folder(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  std::error_code problem;
  for (auto entry = fs::directory_iterator(directory, problem); !problem && entry != fs::directory_iterator();
       entry.increment(problem)) {
    const std::string name = entry->path().filename().native();
    if (!is_random_name(name, kAsideFile)) continue;
    const FileHandle file(::openat(folder.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat status {};
    if (file.get() < 0 || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    if (is_abandoned(file, name, kAsideFile)) ::unlinkat(folder.get(), name.c_str(), 0);
  }
}

}  // namespace dcgan
