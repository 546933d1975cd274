// An exported generator, for tests of what becomes of it.
#pragma once

#include <gtest/gtest.h>
#include <torch/script.h>

#include "exchange/torchscript.hpp"
#include "support/architectures.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {

/// An exported generator of 24 x 16 pixels, and the network it was made of.
class TorchScriptTest : public testing::Test {
 protected:
  TorchScriptTest() {
    fs::create_directories(file_.parent_path());
    export_torchscript(net_, info_, file_);
  }

  torch::jit::Module loaded(torch::jit::ExtraFilesMap* extra = nullptr) const {
    torch::jit::ExtraFilesMap none;
    return torch::jit::load(file_.native(), at::Device(at::kCPU), extra ? *extra : none);
  }
  at::Tensor network_images(const at::Tensor& z) {
    const at::NoGradGuard no_grad;
    return net_(z);
  }
  static at::Tensor line(int64_t rows) { return at::linspace(-1.5, 1.5, rows * 8).view({rows, 8}); }

  TemporaryFolder folder_;
  const fs::path file_ = folder_ / "secret name" / "generator.pt";
  NetworkPlan plan_ = small_plan({24, 16});
  GeneratorNet net_ = used_generator(plan_);
  GeneratorInfo info_{8, 3, 16, 24, 0, 12345, true, "/home/someone/private/run"};
  const at::NoGradGuard no_grad_;
};

}  // namespace dcgan::test
