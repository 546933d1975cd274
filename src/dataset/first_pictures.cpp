#include "dataset/first_pictures.hpp"

#include <algorithm>
#include <functional>

#include "core/error.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "dataset/decoding.hpp"
#include "dataset/pack_set.hpp"

namespace dcgan {
namespace {

/// A set by number, whatever it is kept in.
struct Numbered {
  int64_t count;
  std::vector<std::string> classes;
  std::function<int32_t(int64_t)> label;
  std::function<std::string(int64_t)> name;
  std::function<Image(int64_t)> image;  // throws Error with the reason alone
};

FirstPictures first_of(const Numbered& set, FirstPictures out, int64_t most_classes, int64_t each) {
  // Pictures without a class are a class of their own, the last.
  std::vector<std::vector<int64_t>> of_class(set.classes.size() + 1);
  for (int64_t i = 0; i < set.count; ++i) {
    const int32_t label = set.label(i);
    of_class[label < 0 ? set.classes.size() : static_cast<size_t>(label)].push_back(i);
  }
  for (size_t c = 0; c < of_class.size(); ++c) {
    if (of_class[c].empty()) continue;
    if (static_cast<int64_t>(out.classes.size()) == most_classes) {
      ++out.more_classes;
      continue;
    }
    ClassPictures one{c < set.classes.size() ? printable(set.classes[c]) : "", 0, {}};
    one.count = static_cast<int64_t>(of_class[c].size());
    for (const int64_t i : of_class[c]) {
      if (static_cast<int64_t>(one.pictures.size()) == each) break;
      throw_if_stopped("no sheet was written");
      try {
        one.pictures.emplace_back(set.name(i), set.image(i));
      } catch (const Error& error) {
        rethrow_exhausted(error);
        out.skipped.push_back({set.name(i), error.what()});
      }
    }
    if (!one.pictures.empty()) out.classes.push_back(std::move(one));
  }
  return out;
}

FirstPictures first_of_pack(const fs::path& path, int64_t most_classes, int64_t each) {
  const PackSet pack(path);
  const PixelsInfo& info = pack.info();
  const auto image = [&](int64_t i) {
    Image out(info.size.width, info.size.height, info.channels);
    pack.copy(i, out.pixels.data());
    return out;
  };
  return first_of({info.count, info.classes, [&](int64_t i) { return pack.label(i); },
                   [](int64_t i) { return "picture " + with_commas(i); }, image},
                  {info.size, info.channels, {}, 0, {}}, most_classes, each);
}

}  // namespace

FirstPictures first_pictures(const fs::path& path, const DataOptions& options, int64_t most_classes, int64_t each,
                             int64_t threads) {
  FirstPictures found;
  if (looks_like_pack(path)) {
    found = first_of_pack(path, most_classes, each);
  } else {
    const auto source = open_source(path);
    const Fitter fitter = fitter_for(*source, options, threads);
    const int64_t count = source->count();  // an array knows its classes then
    found = first_of({count, source->classes(), [&](int64_t i) { return source->label(i); },
                      [&](int64_t i) { return source->name(i); }, [&](int64_t i) { return fitter(i, nullptr); }},
                     {fitter.size, fitter.channels, {}, 0, {}}, most_classes, each);
  }
  if (found.classes.empty())
    throw Error("no picture in '" + shown(path) + "' can be used, so there is none to show" +
                    (found.skipped.empty() ? ""
                                           : "; the first is '" + found.skipped[0].name + "' (" +
                                                 found.skipped[0].reason + ")"),
                "give the folder that holds the pictures");
  return found;
}

}  // namespace dcgan
