// A ZIP archive of pictures as a source. Folders and dataset.json inside it mean what they mean on a disk.
#pragma once

#include "dataset/file_source.hpp"
#include "formats/zip.hpp"

namespace dcgan {

class ZipSource : public FileSource {
 public:
  explicit ZipSource(const fs::path& path);

  std::string identity_of(int64_t index, const std::string& digest) const override;
  FilePlace file_of(int64_t index) const override;

 protected:
  std::string bytes_of(int64_t index, size_t limit) const override;
  uint64_t size_of(int64_t index) const override { return entry_of(index).bytes; }
  void check_claim(int64_t index, const Probe& probe) const override;
  void forget(int64_t index) override { entries_.erase(entries_.begin() + index); }

 private:
  const ZipEntry& entry_of(int64_t index) const { return zip_.entries()[entries_[static_cast<size_t>(index)]]; }
  void list_entries();
  void number_identities();

  ZipFile zip_;
  std::vector<size_t> entries_;  // by number of the listed file
  std::vector<int32_t> identity_numbers_;
};

}  // namespace dcgan
