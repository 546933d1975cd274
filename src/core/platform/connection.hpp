// One connection of a server, with an end to everything: time and bytes.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>

namespace dcgan {

/// Owns the socket. All that is read must come within `time` and be no more than `most`; all that is written must be
/// taken within `time` of the first write. One thread.
class Connection {
 public:
  Connection(int socket, std::chrono::milliseconds time, size_t most);
  /// Closes it so that what was written still arrives.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Up to `size` bytes; 0 at the end; -1 when the time is up, too much has come, or the connection broke.
  ssize_t read(char* out, size_t size);
  /// Some of them, or -1.
  ssize_t write(const char* data, size_t size);
  bool is_readable() const;
  bool is_writable() const;
  int socket() const { return socket_; }

 private:
  using Clock = std::chrono::steady_clock;
  /// Waits for an event of poll(); false when the time is up.
  bool wait(short events, Clock::time_point end) const;

  const int socket_;
  const std::chrono::milliseconds time_;
  const Clock::time_point end_of_reading_;
  Clock::time_point end_of_writing_{};
  size_t left_;
};

}  // namespace dcgan
