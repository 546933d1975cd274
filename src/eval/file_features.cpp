// Feature networks that come as TorchScript files.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
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

/// The attribute by which a file says how images get to the size that it takes, as a word of --resize.
constexpr char kResizeAttribute[] = "dcgan_resize";

/// What the file itself asks for.
std::optional<Resizing> resizing_of(const torch::jit::Module& module, const std::string& file) {
  if (!module.hasattr(kResizeAttribute) || !module.attr(kResizeAttribute).isString()) return std::nullopt;
  const std::string word = module.attr(kResizeAttribute).toStringRef();
  try {
    return resizing_named(word);
  } catch (const UsageError&) {
    throw Error(file + " asks for the resize '" + printable(word) + "', which this version does not know",
                "say how its images are resized: --resize");
  }
}

/// The same network with what costs time taken out: norms are folded into the convolutions before them, and weights lie
/// as LibTorch's kernels want them. Not every program can be frozen, and none has to be.
std::optional<torch::jit::Module> frozen(const torch::jit::Module& module) try {
  auto copy = module.deepcopy();
  for (const at::Tensor& parameter : copy.parameters())
    if (parameter.dim() == 4) parameter.set_data(parameter.contiguous(at::MemoryFormat::ChannelsLast));
  return torch::jit::freeze(copy);
} catch (const std::exception&) {
  return std::nullopt;
}

class FileNetwork : public FeatureNetwork {
 public:
  FileNetwork(const fs::path& path, Size size, bool run_code, std::optional<Resizing> resize)
      : file_("the feature network '" + shown(path) + "'") {
    const std::string bytes = read_file(path);  // once: what is hashed is what is run
    module_ = load_program(bytes, file_, run_code);
    info_.name = shown(path.filename()), info_.sha256 = sha256_hex(bytes);
    module_.eval();
    settle_kernels();
    at_once_ = 16;  // of 299 pixels a side: more would be no faster and take more memory
    const auto method = module_.find_method("forward");
    if (!method) throw Error(file_ + " has no forward()", "give a module that has one");
    for (const auto& argument : method->function().getSchema().arguments())
      asks_ = asks_ || argument.name() == "return_features";
    const at::NoGradGuard no_grad;
    const auto some = levels(size);
    if (!resize) resize = resizing_of(module_, file_);
    if (resize)
      resizing_ = *resize, info_.features = run(resizing_(some)).size(1);
    else
      find_size(some);
    info_.family = asks_ && info_.features == 2048 ? "inception" : asks_ && info_.features == 4096 ? "vgg16" : "file";
    info_.thumbnail = kThumbnail;
    info_.resize = is_as_torch_fidelity(some) ? same_as_torch_fidelity_text() : resizing_.text();
    make_fast(resizing_(some));
  }

 protected:
  at::Tensor forward(const at::Tensor& images) override { return run(resizing_(images)); }

 private:
  /// Two images with something in them: [2, 3, H, W], 0 to 255.
  static at::Tensor levels(Size size) {
    const int64_t count = 2 * 3 * size.height * size.width;
    return at::arange(count, at::kFloat).mul_(0.37).sin_().add_(1).mul_(127.5).view({2, 3, size.height, size.width});
  }

  at::Tensor run(const at::Tensor& images) {
    // As it is, always: LibTorch would watch the first images, and compute the next ones in another way.
    const torch::jit::GraphOptimizerEnabledGuard as_it_is(false);
    at::IValue out;
    const auto layout = fast_ ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
    const auto x = images.contiguous(layout);
    try {
      out = asks_ ? module_.forward({x}, {{"return_features", true}}) : module_.forward({x});
    } catch (const std::exception& problem) {
      throw Error(file_ + " fails on images [N, 3, " + std::to_string(images.size(2)) + ", " +
                      std::to_string(images.size(3)) + "]: " + first_line(problem),
                  "it must take float32 images of 0 to 255; if only those of one side, name it: --resize SIDE");
    }
    return checked(out, images.size(0));
  }

  /// Throws Error naming the file for everything but [N, F].
  at::Tensor checked(const at::IValue& out, int64_t images) const {
    const std::string hint = "its forward() must give features [N, F]";
    if (!out.isTensor()) throw Error(file_ + " gives no tensor but " + out.tagKind(), hint);
    const auto features = out.toTensor().to(at::kCPU, at::kFloat);
    if (features.dim() != 2 || features.size(0) != images || features.size(1) < 1)
      throw Error(file_ + " gives " + shape_text(features.sizes().vec()) + " for " + std::to_string(images) + " images",
                  hint);
    return features;
  }

  /// Does it take images as they are? Networks with a fully connected end take one size only, mostly 299 x 299.
  void find_size(const at::Tensor& some) {
    try {
      info_.features = run(some).size(1);
      return;
    } catch (const Error&) {
      resizing_ = {Resizing::How::kAntialiased, kInceptionSide};
      try {
        info_.features = run(resizing_(some)).size(1);
      } catch (const Error&) {
        info_.features = 0;
      }
      if (info_.features == 0) throw;  // about the images as they are
    }
  }

  /// Files that NVIDIA's programs use take any images and resize them as TensorFlow 1 did.
  bool is_as_torch_fidelity(const at::Tensor& some) {
    if (info_.family != "inception" || resizing_.how != Resizing::How::kNone) return false;
    const Resizing expected{Resizing::How::kTorchFidelity, kInceptionSide};
    try {
      return are_close(run(some), run(expected(some)), 1e-3);
    } catch (const Error&) {
      return false;  // it takes images of this one size
    }
  }

  /// By the largest difference, as a share of the largest feature.
  static bool are_close(const at::Tensor& a, const at::Tensor& b, double share) {
    return a.sizes() == b.sizes() && (a - b).abs().max().item<double>() <= share * b.abs().max().item<double>();
  }

  /// Uses the frozen network where it gives what the file's gives.
  void make_fast(const at::Tensor& images) {
    constexpr double kRounding = 1e-5;
    const auto whole = run(images);
    auto fast = frozen(module_);
    if (!fast) return;
    std::swap(module_, *fast), fast_ = true;
    try {
      if (are_close(run(images), whole, kRounding)) return;
    } catch (const Error&) {  // it asks for a layout: view()
    }
    std::swap(module_, *fast), fast_ = false;
  }

  std::string file_;  // begins a sentence
  torch::jit::Module module_;
  bool asks_ = false, fast_ = false;
  Resizing resizing_;
};

}  // namespace

std::unique_ptr<FeatureNetwork> open_features(const fs::path& path, Size size, bool run_code,
                                              const std::optional<Resizing>& resize) {
  return std::make_unique<FileNetwork>(path, size, run_code, resize);
}

}  // namespace dcgan
