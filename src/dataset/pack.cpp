#include "dataset/pack.hpp"

#include <algorithm>

namespace dcgan {

void seal(PackWriter& writer, const PixelsInfo& info, const PackOrigin& origin, const std::vector<uint32_t>& valid,
          const std::vector<int32_t>& labels) {
  // Slots that are no pictures are those skipped, in the same order.
  const Shard& shard = writer.shard();
  const auto before = [&](int64_t slot) { return std::lower_bound(valid.begin(), valid.end(), slot) - valid.begin(); };
  const int64_t from = before(shard.first()), to = before(shard.end());
  PackText text;
  text.size = info.size, text.channels = info.channels;
  text.classes = info.classes, text.identity = info.identity, text.origin = origin;
  for (int64_t i = shard.first() - from; i < shard.end() - to; ++i) {
    const Skipped& one = info.skipped.at(static_cast<size_t>(i));
    text.skipped.emplace_back(one.name, one.reason);
  }
  std::vector<uint32_t> slots;
  for (int64_t i = from; i < to; ++i)
    slots.push_back(static_cast<uint32_t>(valid[static_cast<size_t>(i)] - shard.first()));
  writer.seal(text, slots, {labels.begin() + from, labels.begin() + to});
}

Pack::Pack(const fs::path& path) : file_(path, command_for(path)) {
  PackText text = file_.take_text();
  info_.size = text.size, info_.channels = text.channels, info_.count = file_.count();
  info_.classes = std::move(text.classes), info_.identity = std::move(text.identity);
  for (auto& [name, reason] : text.skipped) info_.skipped.push_back({std::move(name), std::move(reason)});
  origin_ = std::move(text.origin), shard_ = text.shard;
}

void Pack::forget_names() {
  info_.classes = {}, info_.skipped = {};
  origin_ = {};
}

}  // namespace dcgan
