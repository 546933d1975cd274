#include "core/platform/io/private_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

namespace dcgan {
namespace {

/// A file of this process by its descriptor. Names of sockets have at most 107 bytes; a folder may have a longer one.
std::string by_descriptor(const FileHandle& file) { return "/proc/self/fd/" + std::to_string(file.get()); }

constexpr char kName[] = "socket";

}  // namespace

PrivateSocket::PrivateSocket()
    : folder_(std::make_unique<ScratchFolder>()),  // of mode 0700
      folder_handle_(::open(folder_->path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
  if (folder_handle_.get() < 0) throw_system_error("cannot open '" + shown(folder_->path()) + "'", errno);
  name_ = by_descriptor(folder_handle_) + "/" + kName;
}

void PrivateSocket::hide() {
  socket_ = FileHandle(::open((*folder_ / kName).c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (socket_.get() < 0) throw_system_error("cannot open a socket in '" + shown(folder_->path()) + "'", errno);
  folder_.reset();
}

FileHandle PrivateSocket::connect() const {
  FileHandle connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = by_descriptor(socket_);
  std::memcpy(address.sun_path, name.data(), name.size());
  while (::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    if (errno != EINTR) throw_system_error("cannot reach the server within this process", errno);
  return connection;
}

}  // namespace dcgan
