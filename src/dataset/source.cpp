#include "dataset/source.hpp"

#include "core/error.hpp"
#include "core/platform/mapped_file.hpp"
#include "core/text.hpp"
#include "dataset/array_source.hpp"
#include "dataset/cifar.hpp"
#include "dataset/file_source.hpp"
#include "dataset/idx.hpp"
#include "dataset/npy.hpp"
#include "dataset/shards.hpp"
#include "dataset/zip_source.hpp"

namespace dcgan {
namespace {

/// [N, height, width] or [N, height, width, channels].
bool is_shape_of_pictures(const std::vector<int64_t>& shape) {
  const auto is_channels = [](int64_t n) { return n == 1 || n == 3 || n == 4; };
  return shape.size() == 3 || (shape.size() == 4 && is_channels(shape[3]));
}

PictureArray array_of(const std::vector<int64_t>& shape) {
  PictureArray array;
  array.count = shape[0], array.height = shape[1], array.width = shape[2];
  array.channels = shape.size() == 4 ? shape[3] : 1;
  if (array.width == 0 || array.height == 0) array.count = 0;
  return array;
}

/// Images of an IDX file and, when there is one, of its labels file.
PictureArray read_idx_pictures(const fs::path& images_path, const fs::path& labels_path) {
  IdxFile images = read_idx(images_path, [&](const std::vector<int64_t>& shape, uint64_t file_bytes) {
    const std::string place = "the IDX file '" + shown(images_path) + "'";
    if (!is_shape_of_pictures(shape))
      throw Error(place + " holds no images: it has " + counted(static_cast<int64_t>(shape.size()), "dimension"),
                  "give the images file (count x height x width), not the labels");
    check_array(array_of(shape), file_bytes, place);
  });
  PictureArray array = array_of(images.shape);
  array.values = std::move(images.values);
  if (labels_path.empty()) return array;
  IdxFile labels = read_idx(labels_path, [&](const std::vector<int64_t>& shape, uint64_t) {
    if (shape.size() == 1 && shape[0] == array.count) return;
    throw Error("the labels '" + shown(labels_path) + "' do not fit: " + with_commas(shape.empty() ? 0 : shape[0]) +
                    " labels for " + counted(array.count, "image"),
                "move the file away to train without labels");
  });
  array.labels = std::move(labels.values);
  int most = -1;
  for (const uint8_t label : array.labels) most = std::max<int>(most, label);
  for (int label = 0; label <= most; ++label) array.classes.push_back(std::to_string(label));
  return array;
}

std::unique_ptr<Source> open_idx(const fs::path& path) {
  const fs::path labels = labels_beside(path);
  std::vector<fs::path> files = {path};
  if (!labels.empty()) files.push_back(labels);
  return std::make_unique<ArraySource>("IDX file", path, files, [=] { return read_idx_pictures(path, labels); });
}

std::unique_ptr<Source> open_cifar(const fs::path& path, const CifarFiles& cifar) {
  std::vector<fs::path> files = cifar.records;
  if (!cifar.names.empty()) files.push_back(cifar.names);
  return std::make_unique<ArraySource>(cifar.label_bytes == 1 ? "CIFAR-10" : "CIFAR-100", path, files,
                                       [=] { return read_cifar(cifar); });
}

bool is_npy(const fs::path& path) { return looks_like_npy(read_file(path, 16)); }

/// uint8 [N, H, W, C] or [N, H, W].
PictureArray read_npy_pictures(const fs::path& path) {
  const std::string place = "'" + shown(path) + "'";
  const MappedFile file(path);
  const NpyArray npy = read_npy({reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()}, place);
  const auto& shape = npy.shape;
  const auto is_channels = [](int64_t n) { return n == 1 || n == 3 || n == 4; };
  if (npy.type != ElementType::kU8)
    throw Error(place + " holds numbers that are no bytes",
                "save pictures as uint8, 0 to 255: (255 * array).round().astype('uint8') of values from 0 to 1");
  if (!is_shape_of_pictures(shape))
    throw Error(place + " holds no pictures: its shape is " + shape_text(shape),
                shape.size() == 4 && is_channels(shape[1])
                    ? "its channels stand before its rows: save array.transpose(0, 2, 3, 1).copy()"
                    : "save uint8 [N, height, width, channels], of 1, 3 or 4 channels, or [N, height, width]");
  PictureArray array = array_of(shape);
  check_array(array, file.bytes().size(), place);
  array.values.assign(npy.data.begin(), npy.data.end());
  file.check();
  return array;
}

std::unique_ptr<Source> open_npy(const fs::path& path) {
  return std::make_unique<ArraySource>(".npy file", path, std::vector{path}, [=] { return read_npy_pictures(path); });
}

}  // namespace

std::unique_ptr<Source> open_source(const fs::path& path, int64_t most_files) {
  std::error_code ignored;
  if (!fs::exists(path, ignored))
    if (const auto shards = other_packings(path, 1); !shards.empty())
      throw UsageError("there is no file '" + shown(path) + "', only shards of it",
                       "name any one: " + shown(shards[0]));
  if (const CifarFiles cifar = find_cifar(path); !cifar.records.empty()) return open_cifar(path, cifar);
  if (!fs::is_regular_file(path, ignored)) return std::make_unique<FolderSource>(path, most_files);
  if (looks_like_idx(path)) return open_idx(path);
  if (is_npy(path)) return open_npy(path);
  if (looks_like_zip(path) || ends_like_zip(path)) return std::make_unique<ZipSource>(path);
  throw UsageError("'" + shown(path) + "' is no folder, pack, IDX, CIFAR or .npy file, or ZIP archive",
                   path.extension() == ".pack" ? "its beginning is damaged; make it again with `dcgan data pack`"
                                               : "give the folder that holds the pictures");
}

}  // namespace dcgan
