#include "dataset/survey.hpp"

#include <mutex>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "dataset/pack_set.hpp"

namespace dcgan {
namespace {

/// Its pictures were checked when it was made; here every record is compared with its checksum.
DataSurvey survey_pack(const fs::path& path, int64_t threads) {
  const PackSet pack(path);
  const PixelsInfo& info = pack.info();
  DataSurvey survey;
  survey.kind = "pack";
  survey.files = info.count + static_cast<int64_t>(info.skipped.size());
  survey.all_gray = info.channels == 1;
  if (is_stale(pack.origin(), slots_of(info)))
    survey.remarks.push_back("'" + printable(pack.origin().data) + "' has changed since");
  for (const auto& one : info.skipped) survey.unusable.push_back({one.name, one.reason, ""});
  std::vector<std::string> problems(static_cast<size_t>(info.count));
  parallel_for(info.count, threads, [&](int64_t i) {
    throw_if_stopped("the check is not complete");
    std::vector<uint8_t> pixels(static_cast<size_t>(info.image_bytes()));
    try {
      pack.copy(i, pixels.data());
    } catch (const Error& error) {
      rethrow_exhausted(error);
      problems[static_cast<size_t>(i)] = error.what();
    }
  });
  std::vector<int64_t> per_class(info.classes.size());
  for (int64_t i = 0; i < info.count; ++i) {
    const std::string name = "picture " + with_commas(i);
    if (const auto& problem = problems[static_cast<size_t>(i)]; !problem.empty()) {
      survey.unusable.push_back({name, problem, ""});
      continue;
    }
    ++survey.usable;
    if (pack.label(i) >= 0) ++per_class[static_cast<size_t>(pack.label(i))];
  }
  survey.modes[info.channels == 1 ? "gray" : info.channels == 3 ? "RGB" : "RGBA"] = survey.usable;
  survey.sizes[std::to_string(info.size.width) + " x " + std::to_string(info.size.height)] = survey.usable;
  for (size_t c = 0; c < per_class.size(); ++c) survey.classes.emplace_back(info.classes[c], per_class[c]);
  return survey;
}

}  // namespace

DataSurvey survey_data(const fs::path& path, Size size, int64_t max_megapixels, int64_t threads) {
  if (looks_like_pack(path)) return survey_pack(path, threads);
  const auto source = open_source(path);
  DataSurvey survey;
  survey.kind = source->kind();
  survey.files = source->count();
  survey.remarks = source->remarks();
  struct Found {
    Probe probe;
    std::string problem, convert, digest;
    int64_t width = 0, height = 0;
  };
  std::vector<Found> found(static_cast<size_t>(survey.files));
  parallel_for(survey.files, threads, [&](int64_t i) {
    throw_if_stopped("the check is not complete");
    auto& one = found[static_cast<size_t>(i)];
    one.probe = source->probe(i);
    try {
      MemoryShare share;
      const Image image = source->read(i, max_megapixels, &one.digest, {}, &share);
      one.width = image.width, one.height = image.height;
    } catch (const NotRead& error) {
      one.problem = error.what(), one.convert = error.command();
    } catch (const Error& error) {
      rethrow_exhausted(error);
      one.problem = error.what();
    }
  });
  std::map<std::string, std::vector<std::string>> same;
  std::vector<int64_t> per_class(source->classes().size());
  for (int64_t i = 0; i < survey.files; ++i) {
    const auto& one = found[static_cast<size_t>(i)];
    if (!one.problem.empty()) {
      survey.unusable.push_back({source->name(i), one.problem, one.convert});
      continue;
    }
    ++survey.usable;
    if (one.probe.format != ImageFormat::kUnknown) ++survey.formats[format_name(one.probe.format)];
    ++survey.modes[one.probe.mode + (one.probe.bits == 16 ? ", 16 bit" : "")];
    ++survey.sizes[std::to_string(one.width) + " x " + std::to_string(one.height)];
    if (one.width < size.width || one.height < size.height) survey.smaller.push_back(source->name(i));
    survey.all_gray &= one.probe.gray;
    same[one.digest].push_back(source->name(i));
    if (const int32_t label = source->label(i); label >= 0) ++per_class[static_cast<size_t>(label)];
  }
  for (size_t c = 0; c < per_class.size(); ++c)  // as in training, only those with a usable picture count
    if (per_class[c] > 0) survey.classes.emplace_back(printable(source->classes()[c]), per_class[c]);
  for (auto& [digest, names] : same)
    if (names.size() > 1) survey.duplicates.push_back(std::move(names));
  return survey;
}

}  // namespace dcgan
