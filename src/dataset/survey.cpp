#include "dataset/survey.hpp"

#include <mutex>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"

namespace dcgan {

DataSurvey survey_data(const fs::path& path, Size size, int64_t max_megapixels, int64_t threads) {
  const auto source = open_source(path);
  DataSurvey survey;
  survey.kind = source->kind();
  survey.files = source->count();
  survey.remarks = source->remarks();
  struct Found {
    Probe probe;
    std::string problem, digest;
    int64_t width = 0, height = 0;
  };
  std::vector<Found> found(static_cast<size_t>(survey.files));
  parallel_for(survey.files, threads, [&](int64_t i) {
    throw_if_stopped("the check is not complete");
    auto& one = found[static_cast<size_t>(i)];
    one.probe = source->probe(i);
    try {
      const Image image = source->read(i, max_megapixels, &one.digest);
      one.width = image.width, one.height = image.height;
    } catch (const Error& error) {
      one.problem = error.what();
    }
  });
  std::map<std::string, std::vector<std::string>> same;
  std::vector<int64_t> per_class(source->classes().size());
  for (int64_t i = 0; i < survey.files; ++i) {
    const auto& one = found[static_cast<size_t>(i)];
    if (one.probe.format != ImageFormat::kUnknown) ++survey.formats[format_name(one.probe.format)];
    if (!one.problem.empty()) {
      survey.unusable.push_back({source->name(i), one.problem, conversion_command(one.probe.format)});
      continue;
    }
    ++survey.usable;
    ++survey.modes[one.probe.mode + (one.probe.bits == 16 ? ", 16 bit" : "")];
    ++survey.sizes[std::to_string(one.width) + " x " + std::to_string(one.height)];
    if (one.width < size.width || one.height < size.height) survey.smaller.push_back(source->name(i));
    survey.all_gray &= one.probe.gray;
    same[one.digest].push_back(source->name(i));
    if (const int32_t label = source->label(i); label >= 0) ++per_class[static_cast<size_t>(label)];
  }
  for (size_t c = 0; c < per_class.size(); ++c)
    survey.classes.emplace_back(printable(source->classes()[c]), per_class[c]);
  for (auto& [digest, names] : same)
    if (names.size() > 1) survey.duplicates.push_back(std::move(names));
  return survey;
}

}  // namespace dcgan
