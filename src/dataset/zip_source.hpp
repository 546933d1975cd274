// A ZIP archive of pictures as a source. Folders inside it are classes as they are on disk, unless a dataset.json at
// the top gives labels (the data sets of the StyleGAN family: {"labels": [["00000/img00000000.png", 6], ...]} or null).
#pragma once

#include "dataset/file_source.hpp"
#include "dataset/zip.hpp"

namespace dcgan {

class ZipSource : public FileSource {
 public:
  explicit ZipSource(const fs::path& path);

  std::string identity_of(int64_t index, const std::string& digest) const override;

 protected:
  std::string bytes_of(int64_t index, size_t limit) const override;
  uint64_t size_of(int64_t index) const override { return entry_of(index).bytes; }
  void check_claim(int64_t index, const Probe& probe) const override;

 private:
  const ZipEntry& entry_of(int64_t index) const { return zip_.entries()[entries_[static_cast<size_t>(index)]]; }
  void take_labels(const ZipEntry& json);

  ZipFile zip_;
  std::vector<size_t> entries_;  // by number of the listed file
};

}  // namespace dcgan
