#include "dataset/named.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "dataset/decoding.hpp"
#include "dataset/pack.hpp"

namespace dcgan {

struct NamedPictures::Opened {
  fs::path path;
  bool strict;
  int64_t threads;
  Dataset pack;                    // DATA is one, or
  std::unique_ptr<Source> source;  // anything else
  std::unique_ptr<Fitter> fitter;

  NamedPicture read(int64_t index) const {
    if (source) return {source->name(index), source->label(index), (*fitter)(index, nullptr)};
    const auto& info = pack.pixels->info();
    NamedPicture one{std::to_string(index), pack.pixels->label(index),
                     Image(info.size.width, info.size.height, info.channels)};
    pack.pixels->copy(index, one.image.pixels.data());
    return one;
  }
};

NamedPictures::NamedPictures(const fs::path& path, const DataOptions& options, int64_t threads)
    : opened_(new Opened{path, options.strict, threads, {}, nullptr, nullptr}) {
  if (looks_like_pack(path)) {
    opened_->pack = open_dataset(path, options, threads, [](int64_t, int64_t) {});
    return;
  }
  opened_->source = open_source(path);
  opened_->fitter = std::make_unique<Fitter>(fitter_for(*opened_->source, options, threads));
}

NamedPictures::~NamedPictures() = default;

int64_t NamedPictures::count() const {
  return opened_->source ? opened_->source->count() : opened_->pack.pixels->info().count;
}

const std::vector<std::string>& NamedPictures::classes() const {
  return opened_->source ? opened_->source->classes() : opened_->pack.pixels->info().classes;
}

std::vector<Skipped> NamedPictures::each(const std::function<void(const NamedPicture&)>& take) const {
  constexpr int64_t kBlock = 64;
  std::vector<Skipped> skipped;
  int64_t used = 0;
  for (int64_t first = 0; first < count(); first += kBlock) {
    throw_if_stopped("not all pictures were read");
    const int64_t in_block = std::min(kBlock, count() - first);
    std::vector<NamedPicture> block(static_cast<size_t>(in_block));
    std::vector<std::string> problems(block.size());
    parallel_for(in_block, opened_->threads, [&](int64_t i) {
      try {
        block[static_cast<size_t>(i)] = opened_->read(first + i);
      } catch (const Error& error) {
        rethrow_exhausted(error);
        if (opened_->strict) throw Error("cannot use '" + opened_->source->name(first + i) + "': " + error.what());
        problems[static_cast<size_t>(i)] = error.what();
      }
    });
    for (size_t i = 0; i < block.size(); ++i) {
      if (problems[i].empty())
        take(block[i]), ++used;
      else
        skipped.push_back({opened_->source->name(first + static_cast<int64_t>(i)), problems[i]});
    }
  }
  if (used == 0) no_image(opened_->path, skipped);
  return skipped;
}

}  // namespace dcgan
