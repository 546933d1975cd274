// Feature networks that come as TorchScript files.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/script.h>

#include "core/element.hpp"
#include "core/error.hpp"
#include "core/io/digest.hpp"
#include "core/platform/io/mapped_file.hpp"
#include "core/text.hpp"
#include "eval/features.hpp"
#include "exchange/script.hpp"
#include "nn/kernels/settle.hpp"

namespace dcgan {
namespace {

/// The first line of what LibTorch says; the rest is its call stack.
std::string first_line(const std::exception& problem) {
  std::string text = problem.what();
  // TorchScript's own errors end with the line that matters.
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const size_t error = text.rfind("Error: ");
  if (error != std::string::npos) text = text.substr(error + 7);
  return printable(text.substr(0, std::min<size_t>(text.find('\n'), 200)));
}

class FileNetwork : public FeatureNetwork {
 public:
  FileNetwork(const fs::path& path, Size size, bool run_code) : path_(path) {
    {
      const std::string bytes = read_file(path);  // once: what is hashed is what is run
      module_ = load_program(bytes, "the feature network '" + shown(path) + "'", run_code);
      info_.name = shown(path.filename()), info_.sha256 = sha256_hex(bytes);
    }
    module_.eval();
    settle_kernels();
    const auto method = module_.find_method("forward");
    if (!method)
      throw Error("the feature network '" + shown(path) + "' has no forward()", "give a module that has one");
    for (const auto& argument : method->function().getSchema().arguments())
      asks_ = asks_ || argument.name() == "return_features";
    probe(size);
    info_.family = asks_ && info_.features == 2048 ? "inception" : asks_ && info_.features == 4096 ? "vgg16" : "file";
  }

 protected:
  at::Tensor forward(const at::Tensor& images) override { return run(side_ == 0 ? images : resized(images, side_)); }

 private:
  /// Throws Error naming the file for everything but [N, F].
  at::Tensor run(const at::Tensor& images) {
    at::IValue out;
    try {
      out = asks_ ? module_.forward({images}, {{"return_features", true}}) : module_.forward({images});
    } catch (const std::exception& problem) {
      throw Error("the feature network '" + shown(path_) + "' fails on images [N, 3, " +
                      std::to_string(images.size(2)) + ", " + std::to_string(images.size(3)) +
                      "]: " + first_line(problem),
                  "it must take float32 images of 0 to 255");
    }
    if (!out.isTensor())
      throw Error("the feature network '" + shown(path_) + "' gives no tensor but " + out.tagKind(),
                  "its forward() must give features [N, F]");
    const auto features = out.toTensor().to(at::kCPU, at::kFloat);
    if (features.dim() != 2 || features.size(0) != images.size(0) || features.size(1) < 1)
      throw Error("the feature network '" + shown(path_) + "' gives " + shape_text(features.sizes().vec()) + " for " +
                      std::to_string(images.size(0)) + " images",
                  "its forward() must give features [N, F]");
    return features;
  }

  /// Does it take images as they are? Networks with a fully connected end take one size only, mostly 299 x 299.
  void probe(Size size) {
    constexpr int64_t kUsual = 299;
    const at::NoGradGuard no_grad;
    try {
      info_.features = run(at::zeros({2, 3, size.height, size.width})).size(1);
      info_.resize = "none: the network takes images as they are";
    } catch (const Error&) {
      try {
        info_.features = run(at::zeros({2, 3, kUsual, kUsual})).size(1);
      } catch (const Error&) {
        info_.features = 0;
      }
      if (info_.features == 0) throw;
      side_ = kUsual;
      info_.resize = resize_text(kUsual);
    }
  }

  fs::path path_;
  torch::jit::Module module_;
  bool asks_ = false;
  int64_t side_ = 0;  // 0: images as they are
};

}  // namespace

std::unique_ptr<FeatureNetwork> open_features(const fs::path& path, Size size, bool run_code) {
  return std::make_unique<FileNetwork>(path, size, run_code);
}

}  // namespace dcgan
