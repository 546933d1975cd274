// Addresses of this machine.
#pragma once

#include <optional>
#include <string>

namespace dcgan {

/// The address, in numbers, that this machine has where it talks to `host`: asks the system for the way, sends nothing.
/// Throws Error when the host's name is not known.
std::string own_address_towards(const std::string& host, int port);

/// A socket that listens at `port` of the first address of `host` that is this machine's, IPv4 before IPv6; the caller
/// closes it. Nothing where none is this machine's; nor, unless `may_be_loopback`, where that one is seen by this
/// machine alone. Throws Error for a port that is taken or a host that is not known.
std::optional<int> listen_at(const std::string& host, int port, bool may_be_loopback);

}  // namespace dcgan
