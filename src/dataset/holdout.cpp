#include "dataset/holdout.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "dataset/subset.hpp"

namespace dcgan {
namespace {

/// Where in [0, 1) a picture stands: evenly spread over contents, and nothing else has a say.
double place_of(uint64_t content) { return static_cast<double>(content >> 11) * 0x1p-53; }

/// Pixels::content of all pictures.
std::vector<uint64_t> contents_of(const Pixels& pixels, int64_t threads, const DecodeProgress& progress) {
  constexpr int64_t kBlock = 64;
  const int64_t count = pixels.info().count;
  std::vector<uint64_t> contents(static_cast<size_t>(count));
  std::atomic<int64_t> done{0};
  std::mutex mutex;
  parallel_for((count + kBlock - 1) / kBlock, pixels.decodes() ? threads : 1, [&](int64_t block) {
    throw_if_stopped("while it was decided which images are held out");
    const int64_t first = block * kBlock, end = std::min(first + kBlock, count);
    for (int64_t i = first; i < end; ++i) contents[static_cast<size_t>(i)] = pixels.content(i);
    const int64_t so_far = done += end - first;
    if (progress && pixels.decodes())
      if (const std::unique_lock lock(mutex, std::try_to_lock); lock) progress(so_far, count);
  });
  return contents;
}

}  // namespace

void hold_out(Dataset& dataset, double fraction, int64_t threads, const DecodeProgress& progress) {
  constexpr size_t kFewest = 2;
  const std::shared_ptr<const Pixels> whole = std::move(dataset.pixels);
  std::vector<uint32_t> training, held_out;
  const auto contents = contents_of(*whole, threads, progress);
  for (size_t i = 0; i < contents.size(); ++i)
    (place_of(contents[i]) < fraction ? held_out : training).push_back(static_cast<uint32_t>(i));
  const std::string option = "--holdout " + number_text(fraction);
  if (training.size() < kFewest || held_out.size() < kFewest)
    throw UsageError(option + " holds out " + with_commas(static_cast<int64_t>(held_out.size())) + " of " +
                         counted(whole->info().count, "picture") + " and leaves " +
                         with_commas(static_cast<int64_t>(training.size())) +
                         " to train on; either side needs two at least",
                     "give another --holdout, more pictures, or leave it out (copies of one picture stay together)");
  dataset.pixels = std::make_unique<Subset>(whole, std::move(training), "training, " + option);
  dataset.held_out = std::make_unique<Subset>(whole, std::move(held_out), "held out, " + option);
}

}  // namespace dcgan
