#include "core/platform/io/listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <thread>
#include <tuple>
#include <utility>

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

/// Of a socket: an address in numbers and a port.
struct Place {
  sockaddr_storage storage{};
  socklen_t length = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

std::optional<Place> place_of(const std::string& address, int port) {
  Place place;
  const auto number = htons(static_cast<uint16_t>(port));
  if (auto* four = reinterpret_cast<sockaddr_in*>(&place.storage);
      ::inet_pton(AF_INET, address.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET, four->sin_port = number, place.length = sizeof *four;
    return place;
  }
  if (auto* six = reinterpret_cast<sockaddr_in6*>(&place.storage);
      ::inet_pton(AF_INET6, address.c_str(), &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6, six->sin6_port = number, place.length = sizeof *six;
    return place;
  }
  return std::nullopt;
}

/// A socket that listens; the number of an error where it cannot.
std::pair<FileHandle, int> listening(Place place) {
  FileHandle socket(::socket(place.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int yes = 1;
  if (socket.get() < 0) return {FileHandle(), errno};
  // After a server has ended its port would be held for a minute. (SO_REUSEPORT would let two servers share one.)
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  constexpr int kWaiting = 128;
  if (::bind(socket.get(), place.get(), place.length) != 0 || ::listen(socket.get(), kWaiting) != 0)
    return {FileHandle(), errno};
  return {std::move(socket), 0};
}

int port_of(const FileHandle& socket) {
  Place place;
  place.length = sizeof place.storage;
  if (::getsockname(socket.get(), place.get(), &place.length) != 0) return 0;
  const auto* six = reinterpret_cast<const sockaddr_in6*>(&place.storage);  // the port lies where it does in IPv4
  return ntohs(six->sin6_port);
}

}  // namespace

bool is_address(const std::string& text) { return place_of(text, 0).has_value(); }

bool is_loopback(const std::string& address) {
  in_addr four{};
  if (::inet_pton(AF_INET, address.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24 == 127;
  in6_addr six{};
  return ::inet_pton(AF_INET6, address.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

bool is_any_address(const std::string& address) {
  in_addr four{};
  if (::inet_pton(AF_INET, address.c_str(), &four) == 1) return four.s_addr == htonl(INADDR_ANY);
  in6_addr six{};
  return ::inet_pton(AF_INET6, address.c_str(), &six) == 1 && IN6_IS_ADDR_UNSPECIFIED(&six);
}

Listener::Listener(const std::string& address, int port, int more) {
  constexpr int kLastPort = 65535;
  if (!is_address(address))
    throw UsageError("'" + printable(address) + "' is not an address in numbers", "such as 127.0.0.1, 0.0.0.0 or ::");
  const int last = port == 0 ? 0 : std::min(kLastPort, port + more);
  const std::string of = " of " + address + " cannot be listened to: ";
  int problem = 0;
  for (int one = port; one <= last; ++one) {
    std::tie(socket_, problem) = listening(*place_of(address, one));
    if (problem == 0) {
      port_ = port_of(socket_);
      return;
    }
    if (problem == EADDRNOTAVAIL || problem == EAFNOSUPPORT)
      throw UsageError("port " + std::to_string(one) + of + std::strerror(problem), "name an address of this machine");
    if (problem == EACCES)
      throw Error("port " + std::to_string(one) + of + std::strerror(problem), "choose one above 1023 by --port");
    if (problem != EADDRINUSE) break;
  }
  throw Error(
      (last > port ? "ports " + std::to_string(port) + " to " + std::to_string(last) : "port " + std::to_string(port)) +
          of + std::strerror(problem) + ": it may be in use",
      "choose another by --port, or any that is free by --port 0");
}

std::optional<FileHandle> Listener::accept(std::chrono::milliseconds wait) const {
  pollfd one{socket_.get(), POLLIN, 0};
  if (::poll(&one, 1, static_cast<int>(wait.count())) <= 0) return std::nullopt;
  FileHandle connection(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (connection.get() >= 0) return connection;
  constexpr std::array kPassing = {EAGAIN, EWOULDBLOCK, EINTR,  ECONNABORTED, EPROTO, ENETDOWN,
                                   EPERM,  EMFILE,      ENFILE, ENOBUFS,      ENOMEM, EHOSTUNREACH};
  if (std::find(kPassing.begin(), kPassing.end(), errno) == kPassing.end())
    throw_system_error("the port is not listened to any more", errno);
  std::this_thread::sleep_for(std::min(wait, std::chrono::milliseconds(20)));  // where there are no descriptors left
  return std::nullopt;
}

}  // namespace dcgan
