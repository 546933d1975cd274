// Several processes of one group for tests: forked, each a rank.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/platform/io/file.hpp"
#include "dist/group.hpp"
#include "support/temporary.hpp"

namespace dcgan::test {

/// A port that nobody listens on at this moment.
inline int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET, address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  ::bind(socket, reinterpret_cast<sockaddr*>(&address), length);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
  ::close(socket);
  return ntohs(address.sin_port);
}

/// One of `size` ranks on this machine.
inline Launch launch_of(int rank, int size, int port) {
  Launch launch;
  launch.launcher = "a test", launch.rank = launch.local_rank = rank, launch.size = launch.local_size = size;
  launch.address = "127.0.0.1", launch.port = port;
  return launch;
}

/// How a rank ended: what it gave back, or "error: " and what it threw; empty for one that was killed or stopped.
using Ends = std::vector<std::string>;

/// Runs `body` as each of `size` ranks, in processes of their own; what it returns, by rank.
inline Ends as_ranks(int size, const std::function<std::string(Group&)>& body, double timeout = 60,
                     const Seal& seal = {}, int port = free_port()) {
  const TemporaryFolder folder;
  std::vector<pid_t> children, frozen;
  for (int rank = 0; rank < size; ++rank) {
    const pid_t child = ::fork();
    if (child != 0) {
      children.push_back(child);
      continue;
    }
    std::signal(SIGPIPE, SIG_IGN);  // as the program does: gloo writes to whoever has gone
    std::string said;
    try {
      const auto group = join(launch_of(rank, size, port), at::Device(at::kCPU), {timeout}, seal);
      said = body(*group);
      group->gather("", "the end");  // the store lives until all have read from it
    } catch (const std::exception& error) {
      said = std::string("error: ") + error.what();
    }
    write_text(folder / std::to_string(rank), said);
    ::_exit(0);
  }
  Ends ends;
  for (int rank = 0; rank < size; ++rank) {
    const pid_t child = children[static_cast<size_t>(rank)];
    int status = 0;
    ::waitpid(child, &status, WUNTRACED);
    if (WIFSTOPPED(status)) frozen.push_back(child);
    const fs::path path = folder / std::to_string(rank);
    ends.push_back(fs::exists(path) ? read_text(path) : "");
  }
  for (const pid_t child : frozen) ::kill(child, SIGKILL), ::waitpid(child, nullptr, 0);
  return ends;
}

}  // namespace dcgan::test
