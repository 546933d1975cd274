// Files: reading, atomic writing, mapping. Every error is an Error that names the path and the reason.
// A file written through here is complete or absent: it is written aside, synced, renamed, and its
// directory synced. Nothing is ever written through a map (a full disk would be SIGBUS).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace dcgan {

namespace fs = std::filesystem;

/// A path as text that may be printed.
std::string shown(const fs::path& path);
/// "No space left on device" and so on for an errno value, with a hint where there is one.
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

FileHandle open_for_reading(const fs::path& path);
/// Up to `limit` bytes from the start.
std::string read_file(const fs::path& path, size_t limit = SIZE_MAX);
/// Read exactly `bytes` at `offset`; throws naming `path` when the file is shorter.
void read_exactly(const FileHandle& file, void* out, size_t bytes, uint64_t offset, const fs::path& path);

/// A file being written aside, under a hidden name in the same directory. `commit` makes it appear under
/// its name; without it the destructor removes every trace. Throws Error on a full disk.
class AtomicFile {
 public:
  explicit AtomicFile(fs::path path);
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
  /// Makes it appear. With `synced` it survives a power cut from now on; without, only a crash of the program.
  void commit(bool synced = true);

 private:
  fs::path path_;
  fs::path aside_;
  FileHandle file_;
  uint64_t end_ = 0;
};

/// AtomicFile in one call.
void write_file(const fs::path& path, std::string_view content, bool synced = true);
/// What was appended to a file so far survives a power cut from now on.
void sync_file(const fs::path& path);
/// Remove what AtomicFile left behind in `directory` after a kill -9.
void remove_leftovers(const fs::path& directory);

/// A file mapped read-only.
class MappedFile {
 public:
  explicit MappedFile(const fs::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  std::span<const uint8_t> bytes() const { return {data_, size_}; }

 private:
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

/// A growing text file: every line is appended whole. Throws Error on a full disk.
class LineFile {
 public:
  explicit LineFile(fs::path path);
  void append(std::string_view line);

 private:
  fs::path path_;
  FileHandle file_;
};

/// Holds a directory for one process; a second one throws Error at once. Freed when the process ends.
class DirectoryLock {
 public:
  DirectoryLock() = default;
  explicit DirectoryLock(const fs::path& directory);

 private:
  FileHandle handle_;
};

void make_directories(const fs::path& path);
/// The same, but the last part must be new; false when it is there already.
bool make_new_directory(const fs::path& path);

}  // namespace dcgan
