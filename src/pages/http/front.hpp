// What stands between browsers and the library that speaks HTTP: every request is read whole before the library sees
// it, with an end to its time, its size and its headers, and every answer must be taken in time. The library is asked
// through a private socket, by its public interface alone. Neither httplib nor torch.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/platform/io/connection.hpp"
#include "core/platform/io/private_socket.hpp"

namespace dcgan {

struct FrontLimits {
  std::chrono::milliseconds time{5000};  // for a request to come, and for its answer to be taken
  size_t request = 32 << 10;             // bytes
  size_t connections = 64;               // at once; where more come, who has said nothing for longest is given up
};

/// The head of a request as the library is given it: one request without a body, after which the connection ends, and
/// no wish for a packed answer. "" where it is none.
std::string plain_head(std::string_view head);

/// Serves connections by threads of its own: one request each.
class Front {
 public:
  /// `inner`: where the library listens; it outlives this.
  Front(const PrivateSocket& inner, FrontLimits limits = {});
  /// Ends all connections that are open.
  ~Front();
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;
  /// Any thread may call.
  void take(FileHandle connection);

 private:
  /// A connection that can be broken off while it lives.
  class Open;
  void work();
  /// With mutex_ held: where connections wait for a thread, gives up the one whose request has been awaited for
  /// longest.
  void make_room();
  void serve(FileHandle connection);
  std::string read_head(Connection& client);

  const PrivateSocket& inner_;
  const FrontLimits limits_;
  std::mutex mutex_;  // of what follows
  std::condition_variable has_changed_;
  std::deque<FileHandle> waiting_;
  std::vector<const Connection*> open_, reading_;  // the oldest come first; reading_: whose request is still to come
  size_t idle_ = 0;
  bool is_over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace dcgan
