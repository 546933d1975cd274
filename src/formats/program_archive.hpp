// The ZIP archive that a TorchScript file is, as LibTorch's writer makes it and in no other form, so that LibTorch's
// reader can see nothing else in the same bytes. PyTorch, caffe2/serialize/inline_container.cc and miniz (which finds
// records without regard to case, believes a ZIP64 directory before any other, and checks no checksum); PKWARE,
// APPNOTE.TXT 6.3.9. Not here: archives of pictures (formats/zip), what the records say.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dcgan {

struct ProgramRecord {
  std::string name;         // below the archive's one folder: "data.pkl", "code/__torch__.py"
  std::string_view packed;  // its bytes as they lie in the archive
  uint64_t bytes = 0;       // unpacked
  uint32_t crc = 0;
  bool is_deflated = false;
};

/// All of an archive, checked: records, one beside the other from the first byte on, then one directory that agrees
/// with each record's own header, then the end records, and nothing else; every checksum; names that differ by more
/// than case, of plain characters, below one folder; only programs (code/) deflated, to at most 64 MiB. Thread safe.
class ProgramArchive {
 public:
  /// `bytes` must outlive the object; `origin` names the file in errors, with its quotation marks. Throws Error for
  /// whatever LibTorch might read otherwise, and for what is damaged or cut off. Takes no memory but for the directory.
  ProgramArchive(std::string_view bytes, std::string origin);

  /// In the order of the directory.
  const std::vector<ProgramRecord>& records() const { return records_; }
  /// By its exact name; nullptr where there is none.
  const ProgramRecord* find(const std::string& name) const;
  /// Unpacked. Throws Error when there is none of the name.
  std::string read(const std::string& name) const;
  const std::string& folder() const { return folder_; }

 private:
  struct Place;  // where a record lies
  [[noreturn]] void fail(const std::string& what) const;
  std::string_view take(uint64_t at, uint64_t count) const;
  uint64_t number(uint64_t at, size_t width) const;
  Place directory_place() const;
  void read_directory();
  Place read_entry(uint64_t& at);
  void check_record(const Place& place, ProgramRecord& record, uint64_t next) const;
  void check_name(const std::string& whole);
  void index_names();

  std::string_view bytes_;
  std::string origin_, folder_;
  std::vector<ProgramRecord> records_;
  std::unordered_map<std::string, size_t> by_name_;
};

}  // namespace dcgan
