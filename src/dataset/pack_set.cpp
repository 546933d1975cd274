#include "dataset/pack_set.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "dataset/source.hpp"

namespace dcgan {
namespace {

/// What the set of this shard is called. The others are found by its name.
fs::path set_of(const fs::path& path, const Shard& shard) {
  const auto named = shard_name(path);
  if (!named || named->number != shard.number || named->of != shard.of) {
    const fs::path like = shard_path("NAME.pack", shard.number, shard.of);
    throw Error("'" + shown(path) + "' is shard " + std::to_string(shard.number) + " of " + std::to_string(shard.of) +
                    ", but is not called so: the others cannot be found",
                "call it " + shown(like) + ", beside the others");
  }
  return named->out;
}

}  // namespace

PackSet::PackSet(const fs::path& path) : shown_path_(shown(path)) {
  auto named = std::make_unique<Pack>(path);
  const Shard shard = named->shard();
  origin_ = named->origin(), info_ = named->info();
  info_.count = 0, info_.skipped.clear();
  const fs::path out = shard.of == 1 ? path : set_of(path, shard);
  for (int64_t number = 1; number <= shard.of; ++number)
    add(number == shard.number ? std::move(named)
                               : another(shard_path(out, number, shard.of), {shard.slots, number, shard.of}));
  if (info_.count == 0)
    throw Error("the pack '" + shown_path_ + "' holds no picture", "make it again: " + command_for(path));
}

std::unique_ptr<Pack> PackSet::another(const fs::path& path, const Shard& shard) const {
  std::error_code ignored;
  const std::string again = "or make it again: " + command_for(path);
  if (!fs::exists(path, ignored))
    throw Error("the shard '" + shown(path) + "' is missing, and the set cannot be used without it",
                "copy it there, " + again);
  auto pack = std::make_unique<Pack>(path);
  const PixelsInfo& info = pack->info();
  if (pack->shard() != shard || pack->origin().key != origin_.key || info.identity != info_.identity ||
      info.classes != info_.classes || info.size != info_.size || info.channels != info_.channels)
    throw Error("the shard '" + shown(path) + "' does not belong to '" + shown_path_ +
                    "': it holds other data, was packed with other options, or has the name of another shard",
                "copy the right one there, " + again);
  return pack;
}

void PackSet::add(std::unique_ptr<Pack> pack) {
  const PixelsInfo& info = pack->info();
  info_.count += info.count;
  info_.skipped.insert(info_.skipped.end(), info.skipped.begin(), info.skipped.end());
  ends_.push_back(info_.count);
  bytes_ += pack->bytes();
  pack->forget_names();  // ten thousand shards may have a thousand classes each
  packs_.push_back(std::move(pack));
}

std::pair<const Pack&, int64_t> PackSet::find(int64_t index) const {
  const auto at = static_cast<size_t>(std::upper_bound(ends_.begin(), ends_.end(), index) - ends_.begin());
  return {*packs_[at], index - (at == 0 ? 0 : ends_[at - 1])};
}

void PackSet::copy(int64_t index, uint8_t* out) const {
  const auto [pack, there] = find(index);
  pack.copy(there, out);
}

int32_t PackSet::label(int64_t index) const {
  const auto [pack, there] = find(index);
  return pack.label(there);
}

uint64_t PackSet::content(int64_t index) const {
  const auto [pack, there] = find(index);
  return pack.content(there);
}

bool is_stale(const PackOrigin& origin, int64_t pictures) {
  std::error_code ignored;
  // A stranger's pack may name any place: nothing is looked for that the pack cannot have come from.
  if (!fs::path(origin.data).is_absolute() || !fs::exists(origin.data, ignored)) return false;
  try {
    return open_source(origin.data, pictures)->stamp() != origin.stamp;
  } catch (const Stopped&) {
    throw;
  } catch (const Error& error) {
    rethrow_exhausted(error);
    return true;  // it became something else
  }
}

PackSetWriter::PackSetWriter(std::vector<fs::path> paths, const std::string& key, int64_t slots, int64_t image_bytes,
                             AtomicFile::Access access)
    : paths_(std::move(paths)), key_(key), slots_(slots), image_bytes_(image_bytes), access_(access) {
  try {
    for (int64_t number = shards(); number >= 1; --number) {
      if (shards() > 1) take_back(number);
      open(number);  // takes its room
    }
  } catch (...) {
    close();
    throw;
  }
}

PackSetWriter::~PackSetWriter() { close(); }

/// Leaves what is begun as it is, or nothing of it.
void PackSetWriter::close() {
  if (kept_ && open_) open_->keep_for_later();
  open_.reset();
  if (kept_ || shards() == 1) return;  // a single one removed itself
  for (const int64_t number : begun_) try {
      remove_begun_pack(paths_[static_cast<size_t>(number - 1)], key_);
    } catch (const Error&) {  // something else stands there by now: it stays
    }
}

/// A shard that is whole while others are not becomes one that is begun, so that there is one way of going on.
void PackSetWriter::take_back(int64_t number) {
  const fs::path& path = paths_[static_cast<size_t>(number - 1)];
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return;
  try {
    const Pack whole(path);
    if (whole.origin().key == key_ && whole.shard() == Shard{slots_, number, shards()} &&
        rename_to_new(path, begun_file_of(path)))
      kept_ = true;               // it was whole: so it is never removed
  } catch (const Error& error) {  // damaged: it is replaced in the end
    rethrow_exhausted(error);
  }
}

PackWriter& PackSetWriter::open(int64_t number) {
  const Shard shard{slots_, number, shards()};
  if (open_ && open_->shard() == shard) return *open_;
  if (open_) open_->keep_for_later();
  open_.reset();
  open_ = std::make_unique<PackWriter>(paths_[static_cast<size_t>(number - 1)], key_, shard, image_bytes_, access_);
  if (begun_.empty() || begun_.back() != number) begun_.push_back(number);
  return *open_;
}

void PackSetWriter::finish(const PixelsInfo& info, const PackOrigin& origin, const std::vector<uint32_t>& valid,
                           const std::vector<int32_t>& labels) {
  // Nothing appears before everything is written: then a disk that fills up leaves nothing that looks whole.
  for (int64_t number = shards(); number >= 1; --number) seal(open(number), info, origin, valid, labels);
  for (int64_t number = shards(); number > 1; --number)
    commit_sealed_pack(paths_[static_cast<size_t>(number - 1)], key_, access_);
  open_->commit();
  kept_ = true;
}

}  // namespace dcgan
