#include "dist/backend.hpp"

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#ifdef DCGAN_WITH_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#endif
#ifdef DCGAN_WITH_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include "core/error.hpp"
#include "core/platform/machine.hpp"
#include "core/platform/network.hpp"
#include "core/platform/thread.hpp"

namespace dcgan {

c10::intrusive_ptr<c10d::Backend> make_cpu_backend([[maybe_unused]] const c10::intrusive_ptr<c10d::Store>& store,
                                                   [[maybe_unused]] int rank, [[maybe_unused]] int size,
                                                   [[maybe_unused]] const std::string& address,
                                                   [[maybe_unused]] int port,
                                                   [[maybe_unused]] std::chrono::milliseconds timeout) {
#ifdef DCGAN_WITH_GLOO
  constexpr int64_t kGloosThreads = 4;  // it ends the process where it gets only some of them
  check_threads(kGloosThreads, "the exchange between ranks");
  auto options = c10d::ProcessGroupGloo::Options::create(timeout);
  // As PyTorch has it: a network by name where one is given. Else the one that leads to rank 0.
  const std::string interface = environment("GLOO_SOCKET_IFNAME");
  options->devices.push_back(interface.empty()
                                 ? c10d::ProcessGroupGloo::createDeviceForHostname(own_address_towards(address, port))
                                 : c10d::ProcessGroupGloo::createDeviceForInterface(interface));
  return c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, options);
#else
  throw Error("several processes need gloo, which this build lacks", "install libgloo-dev and build again");
#endif
}

c10::intrusive_ptr<c10d::Backend> make_gpu_backend([[maybe_unused]] const c10::intrusive_ptr<c10d::Store>& store,
                                                   [[maybe_unused]] int rank, [[maybe_unused]] int size,
                                                   [[maybe_unused]] std::chrono::milliseconds timeout) {
#ifdef DCGAN_WITH_NCCL
  auto options = c10d::ProcessGroupNCCL::Options::create();
  // Past it NCCL's watchdog ends the process without a word of who is to blame: the heartbeat comes first.
  options->timeout = 3 * timeout;
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(c10::make_intrusive<c10d::PrefixStore>("nccl", store), rank, size,
                                                     options);
#else
  throw Error("several processes with a GPU each need NCCL, which this build lacks",
              "build it with a CUDA LibTorch of 2.7 or later and NCCL's header (docs/install.md), or use --device cpu");
#endif
}

}  // namespace dcgan
