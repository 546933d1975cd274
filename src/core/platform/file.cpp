#include "core/platform/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr std::string_view kAside = ".dcgan-aside-";
constexpr std::string_view kBegun = ".dcgan-begun-";

void sync_directory(const fs::path& directory) {
  const FileHandle handle(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (handle.get() < 0 || ::fsync(handle.get()) != 0) {
    if (errno == EINVAL) return;  // some file systems cannot sync a directory, and need not
    throw_system_error("cannot sync the directory '" + shown(directory) + "'", errno);
  }
}

void write_fully(int descriptor, const void* data, size_t bytes, const fs::path& path, int64_t offset) {
  const char* from = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t wrote = offset < 0 ? ::write(descriptor, from, bytes) : ::pwrite(descriptor, from, bytes, offset);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) throw_system_error("cannot write '" + shown(path) + "'", errno);
    from += wrote, bytes -= static_cast<size_t>(wrote);
    if (offset >= 0) offset += wrote;
  }
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
  if (error_number == ENOENT) hint = "the folder is not there; make it first";
  if (error_number == ENOTDIR) hint = "a part of that path is a file; choose another";
  if (error_number == EFBIG)
    hint = "the limit on the size of a file was reached: raise it (ulimit -f), or choose a disk that takes larger files";
  if (error_number == EISDIR || error_number == EEXIST) hint = "that is a folder; name a file";
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
  std::string content(std::min<size_t>(limit, static_cast<size_t>(status.st_size)), '\0');
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

AtomicFile::AtomicFile(fs::path path, Aside aside) : path_(std::move(path)) {
  std::error_code ignored;
  if (fs::is_directory(path_, ignored)) throw Error("cannot write '" + shown(path_) + "': it is a folder");
  const bool fresh = aside == Aside::kFresh;
  const fs::path name =
      !fresh ? begun_file_of(path_)
             : parent_of(path_) / (std::string(kAside) + std::to_string(::getpid()) + "-" + path_.filename().native());
  for (;;) {
    file_ = FileHandle(::open(name.c_str(), O_RDWR | O_CREAT | (fresh ? O_TRUNC : 0) | O_CLOEXEC, 0666));
    if (file_.get() < 0) throw_system_error("cannot write '" + shown(path_) + "'", errno);
    if (fresh) break;
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
      throw Busy("another process is writing '" + shown(path_) + "'", "wait for it");
    // Between opening and locking another process may have finished and renamed the file: then look again.
    struct stat held {
    }, named{};
    if (::fstat(file_.get(), &held) == 0 && ::stat(name.c_str(), &named) == 0 && held.st_ino == named.st_ino) break;
  }
  aside_ = name;
}

AtomicFile::~AtomicFile() {
  if (!aside_.empty() && !kept_) ::unlink(aside_.c_str());
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
  write_fully(file_.get(), data, bytes, path_, static_cast<int64_t>(offset));
}

void AtomicFile::reserve(uint64_t bytes) {
  const int problem = ::posix_fallocate(file_.get(), 0, static_cast<off_t>(bytes));
  if (problem != 0)
    throw_system_error("cannot reserve " + bytes_text(double(bytes)) + " for '" + shown(path_) + "'", problem);
}

void AtomicFile::commit(bool synced) {
  if (synced && ::fsync(file_.get()) != 0) throw_system_error("cannot write '" + shown(path_) + "'", errno);
  if (::rename(aside_.c_str(), path_.c_str()) != 0) throw_system_error("cannot write '" + shown(path_) + "'", errno);
  aside_.clear();
  if (synced) sync_directory(parent_of(path_));
}

void write_file(const fs::path& path, std::string_view content, bool synced) {
  AtomicFile file(path);
  file.append(content);
  file.commit(synced);
}

void sync_file(const fs::path& path) {
  const FileHandle file = open_for_reading(path);
  if (::fsync(file.get()) != 0) throw_system_error("cannot write '" + shown(path) + "'", errno);
}

fs::path begun_file_of(const fs::path& path) {
  return parent_of(path) / (std::string(kBegun) + path.filename().native());
}

bool is_being_written(const fs::path& path) { return is_locked(begun_file_of(path)); }

bool is_locked(const fs::path& path) {
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file.get() >= 0 && ::flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

void remove_leftovers(const fs::path& directory) {
  std::error_code ignored;  // a directory that is not there has no leftovers
  for (const auto& entry : fs::directory_iterator(directory, ignored))
    if (const std::string name = entry.path().filename().native(); name.starts_with(kAside)) {
      const auto writer = static_cast<pid_t>(std::atoi(name.c_str() + kAside.size()));
      const bool writer_is_gone = ::kill(writer, 0) != 0 && errno == ESRCH;
      if (writer_is_gone) fs::remove(entry.path(), ignored);
    }
}

LineFile::LineFile(fs::path path) : path_(std::move(path)) {
  file_ = FileHandle(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (file_.get() < 0) throw_system_error("cannot write '" + shown(path_) + "'", errno);
}

void LineFile::append(std::string_view line) {
  const std::string whole = std::string(line) + "\n";
  write_fully(file_.get(), whole.data(), whole.size(), path_, -1);
}

void make_directories(const fs::path& path) {
  std::error_code problem;
  fs::create_directories(path, problem);
  if (problem) throw_system_error("cannot make the folder '" + shown(path) + "'", problem.value());
}

bool make_new_directory(const fs::path& path) {
  if (path.has_parent_path()) make_directories(path.parent_path());
  if (::mkdir(path.c_str(), 0777) == 0) return true;
  if (errno == EEXIST) return false;
  throw_system_error("cannot make the folder '" + shown(path) + "'", errno);
}

}  // namespace dcgan
