#include "dataset/source.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "dataset/array_source.hpp"
#include "dataset/file_source.hpp"
#include "dataset/idx_labels.hpp"
#include "dataset/npy_pictures.hpp"
#include "dataset/other_forms.hpp"
#include "dataset/shards.hpp"
#include "dataset/walk.hpp"
#include "dataset/zip_source.hpp"
#include "formats/cifar.hpp"
#include "formats/npy.hpp"

namespace dcgan {
namespace {

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
  array.labels = read_idx_labels(labels_path, array.count).labels;
  int32_t most = -1;
  for (const int32_t label : array.labels) most = std::max(most, label);
  for (int32_t label = 0; label <= most; ++label) array.classes.push_back(std::to_string(label));
  return array;
}

/// What is odd about labels. That they cannot be used at all is an error when the pictures are asked for.
std::vector<std::string> remarks_on_labels(const fs::path& images, const fs::path& labels) {
  try {
    const auto shape = idx_shape(images);
    return shape.empty() ? std::vector<std::string>() : read_idx_labels(labels, shape[0]).remarks;
  } catch (const Error& error) {
    rethrow_exhausted(error);
    return {};
  }
}

std::unique_ptr<Source> open_idx(const fs::path& path) {
  const fs::path labels = labels_beside(path);
  std::vector<fs::path> files = {path};
  if (!labels.empty()) files.push_back(labels);
  return std::make_unique<ArraySource>(
      "IDX file", path, files, [=] { return read_idx_pictures(path, labels); },
      labels.empty() ? remarks_without_labels(path) : remarks_on_labels(path, labels));
}

PictureArray read_cifar_pictures(const CifarFiles& cifar) {
  PictureArray array;
  array.width = array.height = kCifarSide, array.channels = kCifarChannels;
  CifarPictures read = read_cifar(cifar, [&](int64_t count, uint64_t file_bytes) {
    array.count = count;
    check_array(array, file_bytes, "the CIFAR file '" + shown(cifar.records[0]) + "'");
  });
  array.values = std::move(read.values), array.labels = std::move(read.labels), array.classes = std::move(read.classes);
  return array;
}

std::unique_ptr<Source> open_cifar(const fs::path& path, const CifarFiles& cifar) {
  std::vector<fs::path> files = cifar.records;
  if (!cifar.names.empty()) files.push_back(cifar.names);
  return std::make_unique<ArraySource>(
      cifar.label_bytes == 1 ? "CIFAR-10" : "CIFAR-100", path, files, [=] { return read_cifar_pictures(cifar); },
      cifar.remarks);
}

bool is_npy(const fs::path& path) { return looks_like_npy(read_file(path, 16)); }

std::unique_ptr<Source> open_npy(const fs::path& path) {
  return std::make_unique<ArraySource>(
      ".npy file", path, std::vector{path}, [=] { return read_npy_pictures(path); }, remarks_on_npy(path));
}

/// A folder of pictures; of one of something else it is said what that is.
std::unique_ptr<Source> open_folder(const fs::path& path, int64_t most_files) {
  auto source = std::make_unique<FolderSource>(path, most_files);
  if (const auto form = form_of_folder(source->listing()))
    throw UsageError("'" + shown(path) + "' " + form->what, form->way);
  return source;
}

}  // namespace

std::unique_ptr<Source> open_source(const fs::path& path, int64_t most_files) {
  if (is_run_directory(path))
    throw UsageError("'" + shown(path) + "' is a run directory, not data",
                     "`dcgan inspect " + shell_word(path.native()) + "` says what is in it");
  std::error_code ignored;
  if (!fs::exists(path, ignored))
    if (const auto shards = other_packings(path, 1); !shards.empty())
      throw UsageError("there is no file '" + shown(path) + "', only shards of it",
                       "name any one: " + shown(shards[0]));
  if (const CifarFiles cifar = find_cifar(path); !cifar.records.empty()) return open_cifar(path, cifar);
  if (!fs::is_regular_file(path, ignored)) return open_folder(path, most_files);
  if (looks_like_idx(path)) return open_idx(path);
  if (is_npy(path)) return open_npy(path);
  if (const auto form = form_of_file(path)) throw UsageError("'" + shown(path) + "' " + form->what, form->way);
  if (looks_like_zip(path) || ends_like_zip(path)) return std::make_unique<ZipSource>(path);
  throw UsageError("'" + shown(path) + "' is not a folder, pack, IDX, CIFAR or .npy file, or ZIP archive",
                   path.extension() == ".pack" ? "its beginning is damaged; make it again with `dcgan data pack`"
                                               : "give a folder or an archive that holds pictures");
}

}  // namespace dcgan
