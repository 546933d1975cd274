// A source whose pictures are encoded files (PNG, JPEG...): in a folder or in a zip archive.
#pragma once

#include "dataset/source.hpp"
#include "dataset/walk.hpp"

namespace dcgan {

class FileSource : public Source {
 public:
  int64_t count() const override { return listing_.count(); }
  std::string name(int64_t index) const override;
  int32_t label(int64_t index) const override { return listing_.label(index); }
  Image read(int64_t index, int64_t max_megapixels, std::string* digest, Size at_least,
             MemoryShare* share) const override;
  std::string identity_of(int64_t index, const std::string& digest) const override;
  Probe probe(int64_t index) const override;

 protected:
  FileSource(std::string kind, Listing listing);
  /// For the constructor of what is one, when its files can be read: finds classes and labels.
  void find_classes();
  /// A file of the listing turned out to be no picture and is taken out of it.
  virtual void forget(int64_t) {}
  /// Up to `limit` bytes of file `index` from its start. Thread safe. Throws Error with the reason.
  virtual std::string bytes_of(int64_t index, size_t limit) const = 0;
  /// Bytes of file `index`, from outside. Throws Error with the reason.
  virtual uint64_t size_of(int64_t index) const = 0;
  /// What file `index` is, with what to type: its own path there.
  NotRead named(const NotRead& error, int64_t index) const;
  /// Throws Error with the reason when a picture that says this of itself is more than its file can be believed.
  virtual void check_claim(int64_t, const Probe&) const {}

  Listing listing_;
  bool has_label_list_ = false;     // dataset.json is there, so folders are no classes
  bool has_listed_labels_ = false;  // it gives the labels
  bool has_json_at_top_ = false;    // a dataset.json, whatever is in it

 private:
  void remark_on_lists_below();
  void take_label_list(const std::vector<std::string>& folders);
};

class FolderSource : public FileSource {
 public:
  /// Throws as list_folder does.
  FolderSource(const fs::path& root, int64_t most_files);
  std::string identity_of(int64_t index, const std::string& digest) const override;
  FilePlace file_of(int64_t index) const override { return {listing_.root, listing_.root / listing_.path(index), ""}; }
  const Listing& listing() const { return listing_; }

 protected:
  std::string bytes_of(int64_t index, size_t limit) const override;
  uint64_t size_of(int64_t index) const override;
};

}  // namespace dcgan
