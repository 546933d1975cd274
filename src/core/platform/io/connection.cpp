#include "core/platform/io/connection.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace dcgan {

Connection::Connection(FileHandle socket, std::chrono::milliseconds time, size_t most)
    : socket_(std::move(socket)), time_(time), end_of_reading_(Clock::now() + time), left_(most) {}

Connection::~Connection() {
  ::shutdown(socket_.get(), SHUT_WR);
  // What was sent and never read would make the system break the connection off, and the answer could be lost.
  std::array<char, 4096> ignored{};
  for (int i = 0; i < 64 && ::recv(socket_.get(), ignored.data(), ignored.size(), MSG_DONTWAIT) > 0; ++i) {
  }
}

bool Connection::wait(short events, Clock::time_point end) const {
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) return false;
    pollfd one{socket_.get(), events, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

ssize_t Connection::read(char* out, size_t size) {
  if (left_ == 0 || !wait(POLLIN, end_of_reading_)) return -1;
  ssize_t count;
  do {
    count = ::recv(socket_.get(), out, std::min(size, left_), 0);
  } while (count < 0 && errno == EINTR);
  if (count > 0) left_ -= static_cast<size_t>(count);
  return count;
}

bool Connection::write(std::string_view bytes) {
  if (end_of_writing_ == Clock::time_point{}) end_of_writing_ = Clock::now() + time_;
  while (!bytes.empty()) {
    if (!wait(POLLOUT, end_of_writing_)) return false;
    const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) bytes.remove_prefix(static_cast<size_t>(count));
    if (count < 0 && errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) return false;
  }
  return true;
}

void Connection::break_off() const { ::shutdown(socket_.get(), SHUT_RDWR); }
void Connection::stop_reading() const { ::shutdown(socket_.get(), SHUT_RD); }

}  // namespace dcgan
