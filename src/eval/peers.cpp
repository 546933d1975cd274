#include "eval/peers.hpp"

#include <algorithm>

namespace dcgan {
namespace {

using Measure = PeerFigure::Measure;

enum class Real { kAll, kAsManyAsGenerated };

struct PeerRow {
  PeerFigure figure;
  const char* family;
  std::vector<std::string> resizes;  // any of them
  int64_t generated;
  Real real;
};

std::vector<PeerRow> peer_rows() {
  using How = Resizing::How;
  // NVIDIA's files resize by themselves; VGG16 always.
  const std::vector<std::string> as_tensorflow = {Resizing{How::kTorchFidelity, kInceptionSide}.text(),
                                                  same_as_torch_fidelity_text()};
  const std::vector<std::string> by_itself = {Resizing{}.text()};
  const std::vector<std::string> clean = {Resizing{How::kCleanFid, kInceptionSide}.text()};
  const int64_t k10 = 10'000, k50 = 50'000;
  return {{{"fid50k_full", Measure::kFid}, "inception", as_tensorflow, k50, Real::kAll},
          {{"fid50k", Measure::kFid}, "inception", as_tensorflow, k50, Real::kAsManyAsGenerated},
          {{"fid10k_full", Measure::kFid}, "inception", as_tensorflow, k10, Real::kAll},
          {{"fid10k", Measure::kFid}, "inception", as_tensorflow, k10, Real::kAsManyAsGenerated},
          {{"kid50k_full", Measure::kKid}, "inception", as_tensorflow, k50, Real::kAll},
          {{"kid50k", Measure::kKid}, "inception", as_tensorflow, k50, Real::kAsManyAsGenerated},
          {{"clean_fid", Measure::kFid}, "inception", clean, k50, Real::kAll},
          {{"clean_kid", Measure::kKid}, "inception", clean, k50, Real::kAll},
          {{"pr50k3_full_precision", Measure::kPrecision}, "vgg16", by_itself, k50, Real::kAll},
          {{"pr50k3_full_recall", Measure::kRecall}, "vgg16", by_itself, k50, Real::kAll},
          {{"pr50k3_precision", Measure::kPrecision}, "vgg16", by_itself, k50, Real::kAsManyAsGenerated},
          {{"pr50k3_recall", Measure::kRecall}, "vgg16", by_itself, k50, Real::kAsManyAsGenerated}};
}

}  // namespace

std::vector<PeerFigure> peer_figures(const FeatureInfo& network, const PeerCounts& counts) {
  std::vector<PeerFigure> found;
  for (const PeerRow& row : peer_rows()) {
    const bool has_real = row.real == Real::kAll ? counts.is_whole : counts.real == row.generated;
    const bool is_resized = std::find(row.resizes.begin(), row.resizes.end(), network.resize) != row.resizes.end();
    if (row.family == network.family && is_resized && counts.generated == row.generated && has_real)
      found.push_back(row.figure);
  }
  return found;
}

}  // namespace dcgan
