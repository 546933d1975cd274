#include "dataset/source.hpp"

#include "core/error.hpp"
#include "core/text.hpp"
#include "dataset/array_source.hpp"
#include "dataset/cifar.hpp"
#include "dataset/file_source.hpp"
#include "dataset/idx.hpp"
#include "dataset/shards.hpp"
#include "dataset/zip_source.hpp"

namespace dcgan {
namespace {

/// Images of an IDX file and, when there is one, of its labels file.
PictureArray read_idx_pictures(const fs::path& images_path, const fs::path& labels_path) {
  IdxFile images = read_idx(images_path);
  const auto& shape = images.shape;
  if (shape.size() < 3 || (shape.size() == 4 && shape[3] != 1 && shape[3] != 3 && shape[3] != 4))
    throw Error(
        "the IDX file '" + shown(images_path) + "' holds no images: it has " + counted(shape.size(), "dimension"),
        "give the images file (count x height x width), not the labels");
  PictureArray array;
  array.count = shape[0], array.height = shape[1], array.width = shape[2];
  array.channels = shape.size() == 4 ? shape[3] : 1;
  array.values = std::move(images.values);
  if (array.width == 0 || array.height == 0) array.count = 0;
  if (labels_path.empty()) return array;
  IdxFile labels = read_idx(labels_path);
  if (labels.shape.size() != 1 || labels.shape[0] != array.count)
    throw Error("the labels '" + shown(labels_path) +
                    "' do not fit: " + with_commas(labels.shape.empty() ? 0 : labels.shape[0]) + " labels for " +
                    counted(array.count, "image"),
                "move the file away to train without labels");
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

}  // namespace

std::unique_ptr<Source> open_source(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored))
    if (const auto shards = other_packings(path, 1); !shards.empty())
      throw UsageError("there is no file '" + shown(path) + "', only shards of it",
                       "name any one: " + shown(shards[0]));
  if (const CifarFiles cifar = find_cifar(path); !cifar.records.empty()) return open_cifar(path, cifar);
  if (!fs::is_regular_file(path, ignored)) return std::make_unique<FolderSource>(path);
  if (looks_like_idx(path)) return open_idx(path);
  if (looks_like_zip(path)) return std::make_unique<ZipSource>(path);
  throw UsageError("'" + shown(path) + "' is no folder, pack, IDX file, CIFAR file or ZIP archive",
                   path.extension() == ".pack" ? "its beginning is damaged; make it again with `dcgan data pack`"
                                               : "give the folder that holds the pictures");
}

}  // namespace dcgan
