#include "dataset/zip_source.hpp"

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "core/io/digest.hpp"
#include "core/text.hpp"

namespace dcgan {

ZipSource::ZipSource(const fs::path& path) : FileSource("ZIP archive", {}), zip_(path) {
  listing_.root = path;
  list_entries();
  const FileStamp stamp = stamp_of(path);
  stamp_ = sha256_hex({reinterpret_cast<const char*>(&stamp), sizeof stamp});
  find_classes();
  number_identities();
}

void ZipSource::list_entries() {
  std::map<std::string, size_t> by_path;  // of entries with one name the last counts, as in every unpacker
  std::vector<std::string> twins, links;
  for (size_t i = 0; i < zip_.entries().size(); ++i) {
    const auto& entry = zip_.entries()[i];
    const std::string path = path_of(entry);
    if (path.empty() || entry.is_folder || has_litter(path)) continue;
    if (entry.is_link) {
      links.push_back("'" + shown(path) + "'");
      continue;
    }
    if (!by_path.insert_or_assign(path, i).second) twins.push_back("'" + shown(path) + "'");
  }
  if (zip_.is_behind_another())
    remarks_.push_back("another archive stands in front of this one in the file; it is not read");
  if (!links.empty()) remarks_.push_back("passed over links in the archive: " + cut_list(links));
  if (!twins.empty())
    remarks_.push_back(counted(static_cast<int64_t>(twins.size()), "file") + " in the archive " +
                       (twins.size() == 1 ? "has" : "have") +
                       " the name of a later one, which counts: " + cut_list(twins));
  // In the order of their names as they are stored, whatever these mean: so a run that began on it goes on.
  std::vector<std::pair<const std::string*, size_t>> sorted;
  for (const auto& [path, index] : by_path) sorted.emplace_back(&path, index);
  std::sort(sorted.begin(), sorted.end(), [&](const auto& a, const auto& b) {
    return zip_.entries()[a.second].name < zip_.entries()[b.second].name;
  });
  for (const auto& [path, index] : sorted) {
    listing_.add(*path);
    entries_.push_back(index);
  }
}

/// What stood for a picture's class in the identity of a set before wrapping folders were looked into: its folder at
/// the top. Runs that began on it go on; the name beside it tells the class.
void ZipSource::number_identities() {
  std::map<std::string_view, int32_t> folders;
  const auto top_of = [&](int64_t i) {
    const std::string_view name = entry_of(i).name;
    const size_t slash = name.find('/');
    return slash == std::string_view::npos ? std::string_view() : name.substr(0, slash);
  };
  const auto has_top = [&](int64_t i) { return entry_of(i).name.find('/') != std::string::npos; };
  for (int64_t i = 0; i < count(); ++i)
    if (has_top(i)) folders[top_of(i)] = 0;
  int32_t next = 0;
  for (auto& [name, number] : folders) number = next++;
  for (int64_t i = 0; i < count(); ++i)
    identity_numbers_.push_back(has_listed_labels_                ? label(i)
                                : has_json_at_top_ || !has_top(i) ? -1
                                                                  : folders[top_of(i)]);
}

std::string ZipSource::identity_of(int64_t index, const std::string& digest) const {
  const std::string number = std::to_string(identity_numbers_[static_cast<size_t>(index)]);
  return number + '\n' + shown(entry_of(index).name) + '\n' + digest;
}

void ZipSource::check_claim(int64_t index, const Probe& probe) const {
  // A few bytes may claim a large picture; thousands of them in one archive would be decoded for hours. Each may have
  // its part of what is always allowed, or what its own bytes make believable: blank pages take a 200th of a byte a
  // pixel.
  constexpr uint64_t kAlways = 500'000'000, kPixelsPerByte = 200;
  const auto pixels = static_cast<uint64_t>(probe.width) * static_cast<uint64_t>(probe.height);
  const uint64_t packed = entry_of(index).packed_bytes;
  if (pixels <= kAlways / static_cast<uint64_t>(count()) || pixels / kPixelsPerByte <= packed) return;
  throw Error("claims " + to_text(Size{probe.width, probe.height}) + " pixels in " + bytes_text(double(packed)) +
              ", too much for one of many in an archive; unpack it first if you trust it");
}

Source::FilePlace ZipSource::file_of(int64_t index) const {
  // It is unpacked first: whole, into a folder that can be given instead of the archive; what is there stays as it is.
  const fs::path folder = listing_.root.native() + ".unpacked";
  return {folder, folder / listing_.path(index),
          "unzip -nq " + shell_word(listing_.root.native()) + " -d " + shell_word(folder.native()) + "; "};
}

std::string ZipSource::bytes_of(int64_t index, size_t limit) const { return zip_.read(entry_of(index), limit); }

}  // namespace dcgan
