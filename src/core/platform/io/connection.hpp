// One connection of a server, with an end to everything: time and bytes.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <string_view>

#include "core/platform/io/file.hpp"

namespace dcgan {

/// Owns the socket. All that is read must come within `time` and be no more than `most`; all that is written must be
/// taken within `time` of the first write. One thread, but for break_off.
class Connection {
 public:
  Connection(FileHandle socket, std::chrono::milliseconds time, size_t most);
  /// Closes it so that what was written still arrives.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Up to `size` bytes; 0 at the end; -1 when the time is up, too much has come, or the connection broke.
  ssize_t read(char* out, size_t size);
  /// All of them; false when the time is up or the connection broke.
  bool write(std::string_view bytes);
  /// Ends it now: whoever reads or writes is told. Any thread may call.
  void break_off() const;
  /// Nothing more is taken than what has come by now; the answer still goes out. Any thread may call.
  void stop_reading() const;

 private:
  using Clock = std::chrono::steady_clock;
  /// Waits for an event of poll(); false when the time is up.
  bool wait(short events, Clock::time_point end) const;

  const FileHandle socket_;
  const std::chrono::milliseconds time_;
  const Clock::time_point end_of_reading_;
  Clock::time_point end_of_writing_{};
  size_t left_;
};

}  // namespace dcgan
