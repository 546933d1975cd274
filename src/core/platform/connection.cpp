#include "core/platform/connection.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace dcgan {

Connection::Connection(int socket, std::chrono::milliseconds time, size_t most)
    : socket_(socket), time_(time), end_of_reading_(Clock::now() + time), left_(most) {}

Connection::~Connection() {
  ::shutdown(socket_, SHUT_WR);
  // What was sent and never read would make the system break the connection off, and the answer could be lost.
  std::array<char, 4096> ignored{};
  for (int i = 0; i < 64 && ::recv(socket_, ignored.data(), ignored.size(), MSG_DONTWAIT) > 0; ++i) {
  }
  ::close(socket_);
}

bool Connection::wait(short events, Clock::time_point end) const {
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) return false;
    pollfd one{socket_, events, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

ssize_t Connection::read(char* out, size_t size) {
  if (left_ == 0 || !wait(POLLIN, end_of_reading_)) return -1;
  ssize_t count;
  do {
    count = ::recv(socket_, out, std::min(size, left_), 0);
  } while (count < 0 && errno == EINTR);
  if (count > 0) left_ -= static_cast<size_t>(count);
  return count;
}

ssize_t Connection::write(const char* data, size_t size) {
  if (end_of_writing_ == Clock::time_point{}) end_of_writing_ = Clock::now() + time_;
  if (!wait(POLLOUT, end_of_writing_)) return -1;
  ssize_t count;
  do {
    count = ::send(socket_, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? 0 : count;
}

bool Connection::is_readable() const { return wait(POLLIN, Clock::now() + std::chrono::milliseconds(1)); }
bool Connection::is_writable() const { return wait(POLLOUT, end_of_reading_ + time_); }

}  // namespace dcgan
