#include "dataset/loader.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/platform/thread.hpp"

namespace dcgan {
namespace {

void mirror(uint8_t* pixels, const PixelsInfo& info) {
  const int64_t width = info.size.width, channels = info.channels;
  for (int64_t y = 0; y < info.size.height; ++y)
    for (int64_t left = 0, right = width - 1; left < right; ++left, --right) {
      uint8_t* row = pixels + y * width * channels;
      std::swap_ranges(row + left * channels, row + (left + 1) * channels, row + right * channels);
    }
}

std::optional<BalancedOrder> balanced_order(const Pixels& pixels, bool wanted) {
  if (!wanted) return std::nullopt;
  std::vector<int32_t> labels(static_cast<size_t>(pixels.info().count));
  for (size_t i = 0; i < labels.size(); ++i) labels[i] = pixels.label(static_cast<int64_t>(i));
  return BalancedOrder(labels);
}

}  // namespace

Loader::Loader(const Pixels& pixels, const LoaderOptions& options)
    : pixels_(pixels),
      options_(options),
      balanced_(balanced_order(pixels, options.class_balanced)),
      slots_(options.ahead) {
  try {
    for (int64_t t = 0; t < options.threads; ++t) threads_.push_back(start_thread([this] { work(); }));
  } catch (const Error&) {  // fewer do as well
    if (threads_.empty()) throw;
  }
}

Loader::~Loader() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Loader::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return closing_ || problem_ || next_ticket_ - consumed_ < options_.ahead; });
    if (closing_ || problem_) return;
    const int64_t ticket = next_ticket_++;
    Slot& slot = slots_[static_cast<size_t>(ticket % options_.ahead)];
    lock.unlock();
    std::exception_ptr problem;
    try {
      fill(slot.batch, ticket);
    } catch (...) {
      problem = std::current_exception();
    }
    lock.lock();
    if (problem && (!problem_ || ticket < problem_ticket_)) problem_ = problem, problem_ticket_ = ticket;
    slot.ready = !problem;
    changed_.notify_all();
  }
}

int64_t Loader::picture_of(int64_t image) const {
  if (balanced_) return (*balanced_)(image, options_.seed);
  const int64_t count = pixels_.info().count;
  return Permutation(count, options_.seed, image / count)(image % count);
}

void Loader::fill(Batch& batch, int64_t ticket) const {
  const auto& info = pixels_.info();
  const int64_t image_bytes = info.image_bytes();
  batch.first_image = options_.first_image + ticket * (options_.stride > 0 ? options_.stride : options_.batch);
  batch.pixels.resize(static_cast<size_t>(options_.batch * image_bytes));
  batch.labels.resize(static_cast<size_t>(options_.batch));
  for (int64_t i = 0; i < options_.batch; ++i) {
    const int64_t image = batch.first_image + i;
    const int64_t index = picture_of(image);
    uint8_t* out = batch.pixels.data() + i * image_bytes;
    pixels_.copy(index, out);
    batch.labels[static_cast<size_t>(i)] = pixels_.label(index);
    if (options_.flip && (Draw(options_.seed, Purpose::kFlip, static_cast<uint64_t>(image)).word(0) & 1))
      mirror(out, info);
  }
}

const Batch& Loader::next() {
  std::unique_lock lock(mutex_);
  if (holding_) {
    slots_[static_cast<size_t>(consumed_ % options_.ahead)].ready = false;
    ++consumed_;
    holding_ = false;
    changed_.notify_all();
  }
  if (!wait_for(lock, consumed_)) std::rethrow_exception(problem_);
  holding_ = true;
  return slots_[static_cast<size_t>(consumed_ % options_.ahead)].batch;
}

std::exception_ptr Loader::trouble_ahead() {
  std::unique_lock lock(mutex_);
  return wait_for(lock, consumed_ + (holding_ ? 1 : 0)) ? nullptr : problem_;
}

bool Loader::wait_for(std::unique_lock<std::mutex>& lock, int64_t ticket) {
  // Tickets below that of the problem were taken before it, and are filled yet.
  const Slot& slot = slots_[static_cast<size_t>(ticket % options_.ahead)];
  changed_.wait(lock, [&] { return slot.ready || (problem_ && problem_ticket_ <= ticket); });
  return slot.ready;
}

}  // namespace dcgan
