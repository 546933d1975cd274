#include "core/platform/network.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {

namespace {

using Addresses = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

Addresses addresses_of(const std::string& host, int port, int kind) {
  addrinfo hints{};
  hints.ai_socktype = kind;
  addrinfo* found = nullptr;
  if (const int problem = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); problem != 0)
    throw Error("the host '" + printable(host) + "' is not known: " + ::gai_strerror(problem),
                "check MASTER_ADDR, or give it in numbers");
  return {found, ::freeaddrinfo};
}

bool is_loopback(const addrinfo& address) {
  if (address.ai_family == AF_INET)
    return (ntohl(reinterpret_cast<const sockaddr_in*>(address.ai_addr)->sin_addr.s_addr) >> 24) == 127;
  return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6*>(address.ai_addr)->sin6_addr);
}

/// Nothing where the address is another machine's, or of a family that this one does not have.
std::optional<int> listening(const addrinfo& address) {
  const int socket = ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return std::nullopt;
  constexpr int kYes = 1;  // what an earlier process has left of its connections is no matter
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &kYes, sizeof kYes);
  if (::bind(socket, address.ai_addr, address.ai_addrlen) == 0 && ::listen(socket, SOMAXCONN) == 0) return socket;
  const int problem = errno;
  ::close(socket);
  if (problem == EADDRNOTAVAIL || problem == EAFNOSUPPORT) return std::nullopt;
  throw Error(std::string("cannot listen there: ") + std::strerror(problem));
}

}  // namespace

std::optional<int> listen_at(const std::string& host, int port, bool may_be_loopback) {
  const Addresses all = addresses_of(host, port, SOCK_STREAM);
  for (const int family : {AF_INET, AF_INET6})
    for (const addrinfo* one = all.get(); one; one = one->ai_next)
      if (one->ai_family == family && (may_be_loopback || !is_loopback(*one)))
        if (const auto socket = listening(*one)) return socket;
  return std::nullopt;
}

std::string own_address_towards(const std::string& host, int port) {
  const Addresses all = addresses_of(host, port, SOCK_DGRAM);
  for (const addrinfo* one = all.get(); one; one = one->ai_next) {
    const int socket = ::socket(one->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) continue;
    sockaddr_storage own{};
    socklen_t length = sizeof own;
    const bool knows = ::connect(socket, one->ai_addr, one->ai_addrlen) == 0 &&
                       ::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &length) == 0;
    ::close(socket);
    char text[NI_MAXHOST];
    if (knows &&
        ::getnameinfo(reinterpret_cast<sockaddr*>(&own), length, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0)
      return text;
  }
  throw Error("there is no route to the host '" + printable(host) + "'", "check MASTER_ADDR and the network");
}

}  // namespace dcgan
