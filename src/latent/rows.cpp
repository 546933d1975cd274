#include "latent/rows.hpp"

#include <ATen/Functions.h>

#include <charconv>
#include <cstring>
#include <vector>

#include "core/error.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "exchange/weights_file.hpp"

namespace dcgan {
namespace {

std::string_view bytes_in(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

MappedFile map_named(const fs::path& path) {
  check_named_is_there(path);
  return MappedFile(path);
}

/// The block that begins at `first`, always of full size: the last place stands for those behind it.
at::Tensor block_of(Generator& generator, const LatentRows& rows, int64_t first) {
  std::vector<at::Tensor> z;
  auto y = at::empty({kImageBlock}, at::kLong);
  for (int64_t i = 0; i < kImageBlock; ++i) {
    const int64_t place = std::min(first + i, rows.count - 1);
    z.push_back(rows.latent(place));
    y.mutable_data_ptr<int64_t>()[i] = rows.label ? rows.label(place) : 0;
  }
  return to_bytes(generator(at::stack(z), generator.info().classes > 0 ? y : at::Tensor()));
}

/// "FILE.npy#ROW" or "FILE.npy".
LatentPoint row_point(const std::string& text, const std::string& option, const GeneratorInfo& info) {
  const NamedRow name = row_named(text);
  const LatentFile file(name.file, info.latent);
  int64_t row = 0;
  if (!name.row && file.count() > 1)
    throw UsageError(option + " is '" + printable(text) + "': the file has " + counted(file.count(), "row"),
                     "name one: " + printable(text) + "#ROW");
  if (name.row) {
    const char *from = name.row->data(), *end = from + name.row->size();
    const auto [behind, problem] = std::from_chars(from, end, row);
    if (problem != std::errc() || behind != end || row < 0 || row >= file.count())
      throw UsageError(
          option + " is '" + printable(text) + "': the file has rows 0 to " + std::to_string(file.count() - 1),
          "write FILE.npy#ROW");
  }
  return {file.row(row), text, 0};
}

}  // namespace

void generate(Generator& generator, const LatentRows& rows, const std::function<void(int64_t, const Image&)>& take) {
  at::Tensor block;
  for (int64_t place = 0; place < rows.count; ++place) {
    throw_if_stopped_at(place, rows.count);
    if (place % kImageBlock == 0) block = block_of(generator, rows, place);
    take(place, image_of(block, place % kImageBlock));
  }
}

LatentFile::LatentFile(const fs::path& path, int64_t length)
    : path_(path), file_(map_named(path)), array_(read_npy(bytes_in(file_), "'" + shown(path) + "'")), length_(length) {
  const auto& shape = array_.shape;
  const bool is_rows = shape.size() == 2 || (shape.size() == 4 && shape[2] == 1 && shape[3] == 1);
  const bool is_one = shape.size() == 1;
  const bool is_real =
      array_.type == ElementType::kF16 || array_.type == ElementType::kF32 || array_.type == ElementType::kF64;
  if (!is_real || (!is_rows && !is_one) || shape[is_one ? 0 : 1] != length)
    throw Error("'" + shown(path) + "' holds no latents of this model: its shape is " + shape_text(shape) +
                    (is_real ? "" : " and its elements are not real numbers"),
                "give [N, " + std::to_string(length) + "], float32");
  count_ = is_one ? 1 : shape[0];
  if (count_ == 0) throw Error("'" + shown(path) + "' holds no latent at all", "give at least one row");
  for (int64_t i = 0; i < count_; ++i)  // all of them, before anything is made of the first
    if (!row(i).isfinite().all().item<bool>())
      throw Error("'" + shown(path) + "', row " + std::to_string(i) + ": not all of its numbers are finite",
                  "was it made by a division by zero?");
}

at::Tensor LatentFile::row(int64_t place) const {
  const size_t bytes = static_cast<size_t>(length_ * bytes_of(array_.type));
  auto raw = at::empty({length_}, scalar_type(array_.type));
  std::memcpy(raw.mutable_data_ptr(), array_.data.data() + static_cast<size_t>(place) * bytes, bytes);
  file_.check();
  return raw.to(at::kFloat);
}

NamedRow row_named(const std::string& text) {
  constexpr std::string_view kMark = ".npy#";  // a # elsewhere is part of the file's name
  const size_t at = text.rfind(kMark);
  if (at == std::string::npos) return {text, {}};
  const size_t hash = at + kMark.size() - 1;
  return {text.substr(0, hash), text.substr(hash + 1)};
}

LatentPoint point_of(const ImageName& name, const LatentOptions& options, const GeneratorInfo& info) {
  const auto z = latents(name.seed, Purpose::kSampleLatent, name.index, 1, info.latent_space());
  return {truncated(z, options.most(), info.has_uniform_latents)[0], name.text(),
          info.classes > 0 ? name.index % info.classes : 0};
}

LatentPoint parse_point(const std::string& text, const std::string& option, const LatentOptions& options,
                        const GeneratorInfo& info) {
  if (text.find(".npy") != std::string::npos) return row_point(text, option, info);
  constexpr const char* kOneLatent = "write an INDEX, SEED:INDEX or FILE.npy#ROW";
  ImageNames names;
  try {
    names = parse_image_names(text, static_cast<uint64_t>(options.seed), option);
  } catch (const UsageError& error) {
    throw UsageError(error.what(), kOneLatent);  // its own hint is for lists of names
  }
  if (names.size() != 1)
    throw UsageError(
        option + " is '" + printable(text) + "': one latent is asked for, not " + std::to_string(names.size()),
        kOneLatent);
  return point_of(names[0], options, info);
}

}  // namespace dcgan
