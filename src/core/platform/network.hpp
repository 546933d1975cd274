// Addresses of this machine.
#pragma once

#include <string>

namespace dcgan {

/// The address, in numbers, that this machine has where it talks to `host`: asks the system for the way, sends nothing.
/// Throws Error when the host's name is not known.
std::string own_address_towards(const std::string& host, int port);

}  // namespace dcgan
