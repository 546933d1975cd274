// A port of this machine that is listened to.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/platform/io/file.hpp"

namespace dcgan {

/// An address in numbers, of IPv4 or IPv6 ("0.0.0.0", "::1").
bool is_address(const std::string& text);
/// That only this machine itself reaches.
bool is_loopback(const std::string& address);
/// That stands for all addresses of this machine.
bool is_any_address(const std::string& address);

/// Any thread may call.
class Listener {
 public:
  /// Takes `port` of `address`, or the first that is free of the `more` ports behind it; port 0: any that is free. No
  /// other process can take the same. Throws Error when none can be had, UsageError for what is no address of this
  /// machine.
  Listener(const std::string& address, int port, int more);
  int port() const { return port_; }
  /// The next connection; none that came within `wait`.
  std::optional<FileHandle> accept(std::chrono::milliseconds wait) const;

 private:
  FileHandle socket_;
  int port_ = 0;
};

}  // namespace dcgan
