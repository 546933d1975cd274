// The one place that knows which collectives there are. For units of this room alone: it brings c10d.
#pragma once

#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include <chrono>
#include <string>

namespace dcgan {

/// gloo. `address`: a host that the others reach too, which tells the network to use. Throws Error where this build has
/// none.
c10::intrusive_ptr<c10d::Backend> make_cpu_backend(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size,
                                                   const std::string& address, int port,
                                                   std::chrono::milliseconds timeout);

/// NCCL: what it begins goes on the current stream, and its wait() lets that stream wait, not the caller. Throws Error
/// where this build has none, or this machine no GPU.
c10::intrusive_ptr<c10d::Backend> make_gpu_backend(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size,
                                                   std::chrono::milliseconds timeout);

}  // namespace dcgan
