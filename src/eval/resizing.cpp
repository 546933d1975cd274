#include "eval/resizing.hpp"

#include <ATen/ATen.h>

#include <charconv>
#include <stdexcept>
#include <utility>

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr int64_t kLeast = 16, kMost = 1024;  // sides

const std::vector<std::pair<std::string, Resizing>>& named() {
  using How = Resizing::How;
  static const std::vector<std::pair<std::string, Resizing>> all = {
      {"none", {}},
      {"torch-fidelity", {How::kTorchFidelity, kInceptionSide}},
      {"pytorch-fid", {How::kPytorchFid, kInceptionSide}},
      {"clean-fid", {How::kCleanFid, kInceptionSide}}};
  return all;
}

/// TensorFlow 1's `resize_bilinear(align_corners=False)`. With one more pixel at either end of both, which repeats the
/// last one, corners lie over corners at (in + 1 - 1) / (out + 1 - 1): its in / out.
at::Tensor as_tensorflow(const at::Tensor& images, int64_t side) {
  const auto longer = at::replication_pad2d(images, {0, 1, 0, 1});
  return at::upsample_bilinear2d(longer, {side + 1, side + 1}, /*align_corners=*/true)
      .slice(2, 0, side)
      .slice(3, 0, side);
}

}  // namespace

at::Tensor Resizing::operator()(const at::Tensor& images) const {
  if (how == How::kNone || (images.size(2) == side && images.size(3) == side)) return images;
  switch (how) {
    case How::kNone:
      break;
    case How::kAntialiased:
      return at::_upsample_bilinear2d_aa(images, {side, side}, /*align_corners=*/false);
    case How::kTorchFidelity:
      return as_tensorflow(images, side);
    case How::kPytorchFid:
      return at::upsample_bilinear2d(images, {side, side}, /*align_corners=*/false);
    case How::kCleanFid:
      return at::_upsample_bicubic2d_aa(images, {side, side}, /*align_corners=*/false).clamp_(0, 255);
  }
  throw std::logic_error("a resizing of no kind");
}

std::string Resizing::text() const {
  const std::string to = " to " + std::to_string(side) + "x" + std::to_string(side);
  switch (how) {
    case How::kNone:
      return "none: the network takes images as they are";
    case How::kAntialiased:
      return "antialiased bilinear" + to;
    case How::kTorchFidelity:
      return "bilinear as TensorFlow 1's" + to + " (torch-fidelity)";
    case How::kPytorchFid:
      return "bilinear, not antialiased," + to + " (pytorch-fid)";
    case How::kCleanFid:
      return "antialiased bicubic" + to + " (clean-fid)";
  }
  throw std::logic_error("a resizing of no kind");
}

std::vector<std::string> resizing_names() {
  std::vector<std::string> names = {"auto"};
  for (const auto& [name, how] : named()) names.push_back(name);
  return names;
}

std::optional<Resizing> resizing_named(const std::string& name) {
  if (name == "auto") return std::nullopt;
  for (const auto& [known, how] : named())
    if (known == name) return how;
  int64_t side = 0;
  const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), side);
  if (problem == std::errc() && end == name.data() + name.size() && side >= kLeast && side <= kMost)
    return Resizing{Resizing::How::kAntialiased, side};
  throw UsageError("--resize is '" + printable(name) + "'", "give " + joined(resizing_names(), ", ") +
                                                                ", or a side of " + std::to_string(kLeast) + " to " +
                                                                std::to_string(kMost) + " pixels");
}

std::string same_as_torch_fidelity_text() { return "none: the same as torch-fidelity's for this network"; }

at::Tensor resized(const at::Tensor& images, int64_t side) {
  return Resizing{Resizing::How::kAntialiased, side}(images);
}

std::string resize_text(int64_t side) { return Resizing{Resizing::How::kAntialiased, side}.text(); }

}  // namespace dcgan
