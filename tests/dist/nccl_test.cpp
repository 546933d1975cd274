// Collectives between GPUs, as far as one GPU, or none, can show them.
#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <gtest/gtest.h>
#include <torch/csrc/distributed/c10d/HashStore.hpp>

#include "dist/backend.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

using namespace std::chrono_literals;

#ifndef DCGAN_WITH_NCCL
TEST(Nccl, ThatTheBuildHasNotIsSaid) {
  const auto store = c10::make_intrusive<c10d::HashStore>();
  const Thrown thrown = thrown_by([&] { make_gpu_backend(store, 0, 2, 1000ms); });
  EXPECT_NE(thrown.what.find("NCCL, which this build lacks"), std::string::npos) << thrown.what;
}
#endif

TEST(Nccl, AtSizeOneSumsAndSharesLeaveATensorAsItIs) {
  if (!at::hasCUDA() || at::detail::getCUDAHooks().getNumGPUs() == 0)
    GTEST_SKIP() << "no GPU here, or a LibTorch without CUDA";
  const auto backend = make_gpu_backend(c10::make_intrusive<c10d::HashStore>(), 0, 1, 60s);
  const auto values = at::arange(1000, at::TensorOptions(at::kFloat).device("cuda:0"));
  std::vector<at::Tensor> tensors = {values};
  backend->allreduce(tensors)->wait();
  backend->broadcast(tensors)->wait();
  EXPECT_TRUE(at::equal(values.cpu(), at::arange(1000, at::kFloat)));
  backend->shutdown();
}

}  // namespace
}  // namespace dcgan::test
