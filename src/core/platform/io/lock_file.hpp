// A file that says which process holds a directory, with signs of life. Not for when it is used (directory_lock).
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/platform/io/directory_lock.hpp"

namespace dcgan {

/// What such a file says. Text that is none of it, torn or somebody's, is an owner of whom nothing is known.
struct LockOwner {
  std::string host, boot, space;   // its machine, the run of its system, in which container
  int64_t process = 0, start = 0;  // number, and when it began, in the system's ticks
  std::string token;               // nobody else's
  std::string text;                // all of it: changes with every sign of life
  /// "process 17 on HOST", as may be printed.
  std::string shown() const;
};

class LockFile {
 public:
  /// Makes it, or takes over one whose process has gone or gives no sign of life. `is_alone_here`: no other process of
  /// this machine holds the directory. Throws as DirectoryLock does.
  LockFile(const fs::path& directory, const LockSystem& system, bool is_alone_here);
  /// Removes it, if it is still this one's.
  ~LockFile();
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;
  void check() const;

 private:
  bool make();
  void take_over(const LockOwner& other);
  /// None where it has gone.
  std::optional<LockOwner> read() const;
  bool is_gone(const LockOwner& other) const;
  bool is_alive_here(const LockOwner& other) const;
  /// Watches whether it changes; true when it did not for as long as patience lasts.
  bool gives_no_sign(const LockOwner& other) const;
  std::string next_text();
  void live();

  const fs::path directory_, path_;
  const LockSystem system_;
  const bool is_alone_here_;
  LockOwner own_;
  int64_t beats_ = 0;
  std::mutex mutex_;  // of ends_
  std::condition_variable wake_;
  bool ends_ = false;
  std::thread thread_;
};

/// Throws the Error of a directory that another process holds; `who` may be empty.
[[noreturn]] void throw_held(const fs::path& directory, const std::string& who);

}  // namespace dcgan
