// A source whose pictures lie in one or a few files as bare bytes: what IDX, CIFAR and .npy files become. Not for files
// that must be decoded (dataset/file_source).
#pragma once

#include <functional>
#include <mutex>

#include "dataset/source.hpp"

namespace dcgan {

/// count x height x width x channels bytes, and a class number for each picture or none at all.
struct PictureArray {
  int64_t count = 0, width = 0, height = 0, channels = 1;
  std::vector<uint8_t> values;
  std::vector<int32_t> labels;  // -1: none
  std::vector<std::string> classes;
};

/// For the sizes that a file of `file_bytes` claims, before memory is asked for them. Throws Error, beginning with
/// `place`, for sides that no picture has, for pictures so small and so many that each has no bytes of the file, and
/// for more than the memory that is free.
void check_array(const PictureArray& claimed, uint64_t file_bytes, const std::string& place);

class ArraySource : public Source {
 public:
  /// `files` are what the pictures depend on: their sizes and times make the stamp. `load` is called once, when a
  /// picture is first asked for: a data set whose pixels are kept never needs it. Throws Error when a file of
  /// `files` cannot be read.
  ArraySource(std::string kind, const fs::path& path, const std::vector<fs::path>& files,
              std::function<PictureArray()> load, std::vector<std::string> remarks = {});

  int64_t count() const override { return array().count; }
  std::string name(int64_t index) const override;
  int32_t label(int64_t index) const override;
  Image read(int64_t index, int64_t max_megapixels, std::string* digest, Size at_least,
             MemoryShare* share) const override;
  Probe probe(int64_t index) const override;

 private:
  const PictureArray& array() const;

  std::string file_name_;
  std::function<PictureArray()> load_;
  mutable std::once_flag once_;
  mutable std::exception_ptr problem_;
  mutable PictureArray array_;
};

}  // namespace dcgan
