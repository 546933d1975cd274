// Files: reading, atomic writing. Every error is an Error that names the path and the reason.
// A file written through here is complete or absent: it is written aside, synced, renamed, and its
// directory synced. Nothing is ever written through a map (a full disk would be SIGBUS).
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/platform/grace.hpp"

namespace dcgan {

namespace fs = std::filesystem;

/// A path as text that may be printed.
std::string shown(const fs::path& path);
/// A folder may be named with a slash behind it, which hides its name: the same path without.
fs::path without_slash(const fs::path& path);
/// The folder that it lies in: "." of a name alone.
fs::path parent_of(const fs::path& path);
/// "No space left on device" and so on for an errno value, with a hint where there is one. Exhausted where the system
/// has no more of something.
[[noreturn]] void throw_system_error(const std::string& what, int error_number);

/// An open file descriptor.
class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int descriptor) : descriptor_(descriptor) {}
  ~FileHandle();
  FileHandle(FileHandle&& other) noexcept : descriptor_(other.release()) {}
  FileHandle& operator=(FileHandle&& other) noexcept;
  int get() const { return descriptor_; }
  int release();

 private:
  int descriptor_ = -1;
};

/// What a file looks like from outside. Two stamps that agree mean the same content, as far as the file system knows.
struct FileStamp {
  uint64_t bytes = 0;
  uint64_t inode = 0;
  int64_t modified_ns = 0;
  int64_t changed_ns = 0;  // ctime: moves with every change, even when the modification time is set back
  bool operator==(const FileStamp&) const = default;
};
FileStamp to_stamp(const struct stat& status);
/// Throws Error when the file is not there or cannot be read.
FileStamp stamp_of(const fs::path& path);

/// For a path that the command itself names: throws UsageError where nothing is there.
void check_named_is_there(const fs::path& path, const std::string& hint = "check the path");

/// Throws Error for a pipe or a device, without waiting for it. A folder may be opened; reading it fails.
FileHandle open_for_reading(const fs::path& path);
/// Up to `limit` bytes from the start.
std::string read_file(const fs::path& path, size_t limit = SIZE_MAX);
/// All of it. Throws Error when it has more than `most` bytes.
std::string read_small_file(const fs::path& path, size_t most);
/// Read exactly `bytes` at `offset`; throws naming `path` when the file is shorter.
void read_exactly(const FileHandle& file, void* out, size_t bytes, uint64_t offset, const fs::path& path);
/// Write all of it, at `offset` or at the file's own place for -1.
void write_exactly(const FileHandle& file, const void* data, size_t bytes, int64_t offset, const fs::path& path);

/// Another process holds what was asked for.
class Busy : public Error {
 public:
  using Error::Error;
};

/// A file being written aside, in the same directory, under a hidden name that nobody can guess, and that no link leads
/// to. `commit` makes it appear under its name; without it the destructor removes every trace. Throws Error on a full
/// disk.
class AtomicFile {
 public:
  enum class Aside {
    kFresh,     // empty; several processes may write files of one name, the last to commit wins
    kResumable  // what an earlier process left behind by keep_for_later or a kill -9; one process at a time
  };
  enum class Access {
    kUsual,  // as the umask has it
    kOwner   // mode 0600: nobody else may read it
  };
  /// Throws Error when it cannot be made, and for kResumable Busy when another process holds it. What lies under the
  /// name of a resumable one and is none (a link, another user's, with a second name) is an Error and stays as it is;
  /// what is in it is for the caller to believe.
  explicit AtomicFile(fs::path path, Aside aside = Aside::kFresh, Access access = Access::kUsual);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Append at the end of what was appended so far.
  void append(const void* data, size_t bytes);
  void append(std::string_view text) { append(text.data(), text.size()); }
  /// Write at a place (for files reserved before); safe from several threads.
  void write_at(const void* data, size_t bytes, uint64_t offset);
  /// Reserve room on the disk now, so that running out is an error here and not later.
  void reserve(uint64_t bytes);
  uint64_t bytes() const;
  /// Where it is written until commit(), with the ending of its name: for a library that wants a path.
  const fs::path& aside() const { return aside_; }
  /// Read exactly; throws when the file is shorter. Safe from several threads.
  void read_at(void* out, size_t bytes, uint64_t offset) const { read_exactly(file_, out, bytes, offset, aside_); }
  void truncate(uint64_t bytes);
  /// Mode 0600: nobody else may read it, whatever the umask.
  void restrict_to_owner();
  /// Makes it appear. With `synced` it survives a power cut from now on; without, only a crash of the program.
  void commit(bool synced = true);
  /// The destructor leaves what was written for a later AtomicFile of kResumable and the same path.
  void keep_for_later() { kept_ = true; }

 private:
  void open_fresh();
  void open_begun(Access access);

  fs::path path_;
  fs::path aside_;
  FileHandle folder_;  // of both: a folder that is exchanged meanwhile is none of ours
  FileHandle file_;
  std::optional<AtAbruptEnd> removal_;  // of what is fresh
  uint64_t end_ = 0;
  bool kept_ = false;
};

/// AtomicFile in one call.
void write_file(const fs::path& path, std::string_view content, bool synced = true);
/// What was appended to a file so far survives a power cut from now on.
void sync_file(const fs::path& path);
/// The same of the names in a folder.
void sync_directory(const fs::path& directory);
/// Where a resumable AtomicFile for `path` writes, and whether a process is at it. A long name is shortened.
fs::path begun_file_of(const fs::path& path);
bool is_being_written(const fs::path& path);
/// Whether a process holds this very file, as writers of begun files do.
bool is_locked(const fs::path& file);
/// Remove what AtomicFile left behind in `directory` after a kill -9, except what may be resumed
/// (core/platform/io/leftovers says how it is known). What is not there has no leftovers.
void remove_leftovers(const fs::path& directory);
/// False when something has that name already, which stays.
bool rename_to_new(const fs::path& from, const fs::path& to);
/// True for a file of this user, and nobody else's name for it: no link, no device.
bool is_own_file(const fs::path& path);
/// Sets the time of the last change to now, of no link's target. What cannot be done is left.
void mark_used(const fs::path& path);

/// A growing text file: every line is appended whole. Throws Error on a full disk, and where the name is a link.
class LineFile {
 public:
  explicit LineFile(fs::path path);
  void append(std::string_view line);

 private:
  fs::path path_;
  FileHandle file_;
};

/// Every part that is made survives a power cut, unless it is not `synced`.
void make_directories(const fs::path& path, bool synced = true);
/// The same, but the last part must be new; false when it is there already.
bool make_new_directory(const fs::path& path);

}  // namespace dcgan
