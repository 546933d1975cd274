#include "dist/backend.hpp"

#ifdef DCGAN_WITH_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#endif

#include "core/error.hpp"
#include "core/platform/machine.hpp"
#include "core/platform/network.hpp"

namespace dcgan {

c10::intrusive_ptr<c10d::Backend> make_backend([[maybe_unused]] const c10::intrusive_ptr<c10d::Store>& store,
                                               [[maybe_unused]] int rank, [[maybe_unused]] int size,
                                               const at::Device& device, [[maybe_unused]] const std::string& address,
                                               [[maybe_unused]] int port,
                                               [[maybe_unused]] std::chrono::milliseconds timeout) {
  if (device.is_cuda())
    throw Error("several processes compute on CPUs only, so far", "say --device cpu, or start one process");
#ifdef DCGAN_WITH_GLOO
  auto options = c10d::ProcessGroupGloo::Options::create(timeout);
  // As PyTorch has it: a network by name where one is given. Else the one that leads to rank 0.
  const std::string interface = environment("GLOO_SOCKET_IFNAME");
  options->devices.push_back(interface.empty()
                                 ? c10d::ProcessGroupGloo::createDeviceForHostname(own_address_towards(address, port))
                                 : c10d::ProcessGroupGloo::createDeviceForInterface(interface));
  return c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, options);
#else
  throw Error("several processes need gloo, which this build has not", "install libgloo-dev and build anew");
#endif
}

}  // namespace dcgan
