#include "core/platform/io/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "core/error.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

/// ENOMEM and the like: the next attempt may succeed, and the file has no part in it.
bool is_lack(int error_number) {
  return error_number == EMFILE || error_number == ENFILE || error_number == ENOMEM || error_number == ENOBUFS;
}

}  // namespace

std::string shown(const fs::path& path) { return printable(path.native()); }

fs::path without_slash(const fs::path& path) { return path.has_filename() ? path : path.parent_path(); }

fs::path parent_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

void throw_system_error(const std::string& what, int error_number) {
  std::string hint;
  if (error_number == ENOSPC || error_number == EDQUOT) hint = "free some space, or choose a folder on another disk";
  if (error_number == EACCES || error_number == EPERM || error_number == EROFS)
    hint = "choose a folder that you may write to, or change its permissions";
  if (error_number == ENOENT) hint = "the folder is missing; make it first";
  if (error_number == ENOTDIR) hint = "a part of that path is a file; choose another";
  if (error_number == EFBIG)
    hint =
        "the limit on the size of a file was reached: raise it (ulimit -f), or choose a disk that takes larger files";
  if (error_number == EISDIR || error_number == EEXIST) hint = "that is a folder; name a file";
  if (error_number == ENAMETOOLONG) hint = "choose a shorter name";
  if (error_number == ELOOP) hint = "a link stands there; name the file or folder itself";
  if (error_number == EMFILE || error_number == ENFILE) hint = "raise the limit: ulimit -n 4096";
  if (error_number == ENOMEM || error_number == ENOBUFS) hint = "close other programs, or raise the limit on memory";
  if (is_lack(error_number)) throw Exhausted(what + ": " + std::strerror(error_number), hint);
  throw Error(what + ": " + std::strerror(error_number), hint);
}

FileHandle::~FileHandle() {
  if (descriptor_ >= 0) ::close(descriptor_);
}
FileHandle& FileHandle::operator=(FileHandle&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}
int FileHandle::release() { return std::exchange(descriptor_, -1); }

void check_named_is_there(const fs::path& path, const std::string& hint) {
  std::error_code ignored;  // what is there and cannot be looked at is for its reader to tell
  if (fs::status(path, ignored).type() == fs::file_type::not_found)
    throw UsageError("there is no '" + shown(path) + "'", hint);
}

FileHandle open_for_reading(const fs::path& path) {
  FileHandle file(
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // a pipe that nobody writes to is not waited for
  const int problem = errno;
  if (file.get() < 0 && is_lack(problem)) throw_system_error("cannot open '" + shown(path) + "'", problem);
  if (file.get() < 0)
    throw Error("cannot open '" + shown(path) + "': " + std::strerror(problem), problem == ENOENT ? "check the path"
                                                                                : problem == EACCES
                                                                                    ? "you need permission to read it"
                                                                                    : "");
  struct stat status {};
  if (::fstat(file.get(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
    throw Error("cannot read '" + shown(path) + "': it is a pipe or a device", "name a file");
  return file;
}

FileStamp to_stamp(const struct stat& status) {
  const auto nanoseconds = [](const timespec& t) { return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec; };
  return {static_cast<uint64_t>(status.st_size), status.st_ino, nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim)};
}

FileStamp stamp_of(const fs::path& path) {
  const FileHandle file = open_for_reading(path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw_system_error("cannot read '" + shown(path) + "'", errno);
  return to_stamp(status);
}

std::string read_file(const fs::path& path, size_t limit) {
  const FileHandle file = open_for_reading(path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw_system_error("cannot read '" + shown(path) + "'", errno);
  if (S_ISDIR(status.st_mode)) throw Error("cannot read '" + shown(path) + "': it is a folder");
  const size_t most = std::min<size_t>(limit, static_cast<size_t>(status.st_size));
  constexpr size_t kLarge = 256'000'000;
  // A file may be of any size on a disk, and hold nothing.
  if (most > kLarge && static_cast<int64_t>(most) > free_memory())
    throw Error("cannot read '" + shown(path) + "': its " + bytes_text(double(most)) +
                " are more than the memory that is free");
  std::string content(most, '\0');
  size_t got = 0;
  while (got < content.size()) {
    const ssize_t part = ::read(file.get(), content.data() + got, content.size() - got);
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) throw_system_error("cannot read '" + shown(path) + "'", errno);
    if (part == 0) break;
    got += static_cast<size_t>(part);
  }
  content.resize(got);
  return content;
}

std::string read_small_file(const fs::path& path, size_t most) {
  std::string content = read_file(path, most + 1);
  if (content.size() > most)
    throw Error("'" + shown(path) + "' has more than " + bytes_text(static_cast<double>(most)),
                "is it the right file?");
  return content;
}

void read_exactly(const FileHandle& file, void* out, size_t bytes, uint64_t offset, const fs::path& path) {
  char* to = static_cast<char*>(out);
  while (bytes > 0) {
    const ssize_t part = ::pread(file.get(), to, bytes, static_cast<off_t>(offset));
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) throw_system_error("cannot read '" + shown(path) + "'", errno);
    if (part == 0) throw Error("cannot read '" + shown(path) + "': the file ends early");
    to += part, offset += static_cast<uint64_t>(part), bytes -= static_cast<size_t>(part);
  }
}

void write_exactly(const FileHandle& file, const void* data, size_t bytes, int64_t offset, const fs::path& path) {
  const char* from = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t wrote = offset < 0 ? ::write(file.get(), from, bytes) : ::pwrite(file.get(), from, bytes, offset);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) throw_system_error("cannot write '" + shown(path) + "'", errno);
    from += wrote, bytes -= static_cast<size_t>(wrote);
    if (offset >= 0) offset += wrote;
  }
}

void sync_file(const fs::path& path) {
  const FileHandle file = open_for_reading(path);
  if (::fsync(file.get()) != 0) throw_system_error("cannot write '" + shown(path) + "'", errno);
}

bool rename_to_new(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  // Not every file system knows it; a second name is as good, and fails where there is something.
  if (errno != EINVAL && errno != ENOSYS) return false;
  return ::link(from.c_str(), to.c_str()) == 0 && ::unlink(from.c_str()) == 0;
}

bool is_own_file(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == ::geteuid() &&
         status.st_nlink == 1;
}

void mark_used(const fs::path& path) { ::utimensat(AT_FDCWD, path.c_str(), nullptr, AT_SYMLINK_NOFOLLOW); }

LineFile::LineFile(fs::path path) : path_(std::move(path)) {
  file_ = FileHandle(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (file_.get() < 0) throw_system_error("cannot write '" + shown(path_) + "'", errno);
}

void LineFile::append(std::string_view line) {
  const std::string whole = std::string(line) + "\n";
  write_exactly(file_, whole.data(), whole.size(), -1, path_);
}

}  // namespace dcgan
