#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cmath>
#include <dcgan/model.hpp>
#include <exception>
#include <limits>
#include <mutex>

#include "core/error.hpp"
#include "core/text.hpp"
#include "latent/images.hpp"
#include "latent/rows.hpp"
#include "nn/latents.hpp"

namespace dcgan {
namespace {

/// What LibTorch and others throw becomes an Error; what a caller's own code threw, kept in `callers`, passes.
template <class Act>
auto with_errors(Act&& act, const std::exception_ptr& callers = nullptr) {
  try {
    return act();
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const c10::Error& error) {
    if (callers) throw;
    throw Error(first_line(error.what_without_backtrace()));
  } catch (const std::exception& error) {
    if (callers) throw;
    throw Error(first_line(error.what()));
  }
}

std::unique_ptr<Generator> opened(const fs::path& file, const OpenOptions& options) {
  ModelChoice choice;
  choice.at = options.state, choice.ema = options.ema, choice.run_code = options.run_code;
  return open_generator(file, choice);
}

ModelInfo info_of(const Generator& generator) {
  const GeneratorInfo& from = generator.info();
  ModelInfo info;
  info.channels = from.channels, info.height = from.height, info.width = from.width;
  info.input = {from.input.channels, from.input.height, from.input.width};
  info.has_uniform_latents = from.has_uniform_latents;
  info.classes = from.class_names;
  info.images_seen = from.images_seen, info.ema = from.ema;
  info.checksum = generator.checksum();
  return info;
}

void check_classes(std::span<const int64_t> classes, const ModelInfo& info) {
  const auto all = static_cast<int64_t>(info.classes.size());
  for (const int64_t one : classes)
    if (one < 0 || one >= all)
      throw UsageError("there is no class " + std::to_string(one), all == 0
                                                                       ? "the model was trained without classes"
                                                                       : "there are 0 to " + std::to_string(all - 1));
}

/// Throws UsageError for what is out of range.
void check(const DrawOptions& options, const ModelInfo& info) {
  constexpr int64_t kMostPictures = 100'000'000;
  constexpr double kMostTruncation = 10;
  if (options.count < 1 || options.count > kMostPictures)
    throw UsageError("count is " + std::to_string(options.count), "give 1 to " + with_commas(kMostPictures));
  if (options.first < 0 || options.first > std::numeric_limits<int64_t>::max() - kMostPictures - kImageBlock)
    throw UsageError("first is " + std::to_string(options.first), "give the index of a picture, 0 or more");
  if (options.truncate && !(*options.truncate > 0 && *options.truncate <= kMostTruncation))
    throw UsageError("truncate is " + std::to_string(*options.truncate), "give a number above 0, up to 10");
  check_classes(options.classes, info);
}

double most_of(const DrawOptions& options) {
  return options.truncate.value_or(std::numeric_limits<double>::infinity());
}

}  // namespace

struct Model::Impl {
  explicit Impl(std::unique_ptr<Generator> from) : generator(std::move(from)), info(info_of(*generator)) {}

  Picture picture(const Image& image, const std::string& name) const {
    return {image.width, image.height, image.channels, image.pixels, generated_text(info.checksum, name)};
  }

  std::unique_ptr<Generator> generator;
  const ModelInfo info;
  std::mutex turn;  // of the generator: one thread at a time
};

Model::Model(const std::filesystem::path& file, const OpenOptions& options)
    : impl_(with_errors([&] { return std::make_unique<Impl>(opened(file, options)); })) {}
Model::~Model() = default;
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;

const ModelInfo& Model::info() const { return impl_->info; }

void Model::draw(const DrawOptions& options, const std::function<void(int64_t, const Picture&)>& take) {
  check(options, impl_->info);
  ImageNames names;
  names.add(options.seed, options.first, options.first + options.count - 1);
  const ImageClasses classes(static_cast<int64_t>(impl_->info.classes.size()), options.classes);
  std::exception_ptr callers;
  const auto give = [&](int64_t place, const Image& image) {
    const Picture picture = impl_->picture(image, names[place].text());
    try {
      take(place, picture);
    } catch (...) {
      callers = std::current_exception();
      throw;
    }
  };
  with_errors(
      [&] {
        const std::lock_guard lock(impl_->turn);
        generate(*impl_->generator, names, classes, give, most_of(options));
      },
      callers);
}

std::vector<Picture> Model::draw(const DrawOptions& options) {
  std::vector<Picture> all;
  draw(options, [&](int64_t, const Picture& picture) { all.push_back(picture); });
  return all;
}

std::vector<float> Model::latents(const DrawOptions& options) const {
  check(options, impl_->info);
  const GeneratorInfo& info = impl_->generator->info();
  return with_errors([&] {
    const auto drawn =
        dcgan::latents(options.seed, Purpose::kSampleLatent, options.first, options.count, info.latent_space());
    const auto z = truncated(drawn, most_of(options), info.has_uniform_latents).contiguous();
    const float* numbers = z.const_data_ptr<float>();
    return std::vector<float>(numbers, numbers + z.numel());
  });
}

std::vector<Picture> Model::apply(std::span<const float> inputs, std::span<const int64_t> classes) {
  const ModelInfo& info = impl_->info;
  const int64_t size = info.input_size(), given = static_cast<int64_t>(inputs.size());
  if (given == 0 || given % size != 0)
    throw UsageError(counted(given, "number") + " are no whole number of inputs", "an input has " + with_commas(size));
  for (int64_t i = 0; i < given; ++i)
    if (!std::isfinite(inputs[static_cast<size_t>(i)]))
      throw UsageError("number " + with_commas(i % size) + " of input " + with_commas(i / size) + " is not finite",
                       "give finite numbers");
  const int64_t count = given / size;
  if (static_cast<int64_t>(classes.size()) != (info.classes.empty() ? 0 : count))
    throw UsageError(
        counted(static_cast<int64_t>(classes.size()), "class", "classes") + " for " + counted(count, "input"),
        info.classes.empty() ? "the model was trained without classes: give none" : "give a class for each input");
  check_classes(classes, info);
  LatentRows rows{count, [&](int64_t place) {
                    auto one = at::empty({size}, at::kFloat);
                    std::copy_n(inputs.begin() + place * size, size, one.mutable_data_ptr<float>());
                    return one;
                  }};
  if (!classes.empty()) rows.label = [&](int64_t place) { return classes[static_cast<size_t>(place)]; };
  std::vector<Picture> all;
  with_errors([&] {
    const std::lock_guard lock(impl_->turn);
    generate(*impl_->generator, rows, [&](int64_t place, const Image& image) {
      all.push_back(impl_->picture(image, "#" + std::to_string(place)));
    });
  });
  return all;
}

}  // namespace dcgan
