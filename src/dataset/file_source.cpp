#include "dataset/file_source.hpp"

#include <algorithm>
#include <iterator>

#include "core/error.hpp"
#include "core/io/digest.hpp"
#include "core/text.hpp"
#include "dataset/class_folders.hpp"
#include "dataset/label_list.hpp"
#include "dataset/label_tables.hpp"
#include "dataset/options.hpp"
#include "image/decode.hpp"

namespace dcgan {
namespace {

constexpr size_t kProbeBytes = 4096, kSmall = 1 << 20;

/// Before memory is asked for it: a file may be of any size on a disk, and hold nothing.
void check_size(uint64_t bytes, int64_t max_megapixels) {
  constexpr uint64_t kPixel = 16, kOther = 64'000'000;  // four channels in floating point; profiles, previews
  if (bytes > static_cast<uint64_t>(max_megapixels) * 1'000'000 * kPixel + kOther)
    throw Error("too large to be a picture: " + bytes_text(static_cast<double>(bytes)));
}

}  // namespace

FileSource::FileSource(std::string kind, Listing listing) : listing_(std::move(listing)) {
  kind_ = std::move(kind);
  remarks_ = listing_.remarks;
}

void FileSource::find_classes() {
  const auto is_picture = [&](int64_t i) {  // what lies beside folders of them, a film of the set say, is none
    constexpr ImageFormat kOthers[] = {ImageFormat::kUnknown, ImageFormat::kFilm, ImageFormat::kPdf, ImageFormat::kSvg,
                                       ImageFormat::kIcon};
    return std::find(std::begin(kOthers), std::end(kOthers), probe(i).format) == std::end(kOthers);
  };
  const auto [folders, class_folder] = find_wrapping(listing_, is_picture);
  take_label_list(folders);
  if (!has_label_list_) {
    listing_.take_classes(class_folder);
    const bool is_archive = kind_ != "folder";
    auto remarks = remarks_on_classes(listing_, class_folder, is_archive);
    if (listing_.classes.size() < 2 || !remarks.empty())
      remarks.push_back(
          remark_on_label_tables(listing_, is_archive, [&](int64_t i, size_t limit) { return bytes_of(i, limit); }));
    for (auto& remark : remarks)
      if (!remark.empty()) remarks_.push_back(std::move(remark));
  }
  classes_ = listing_.classes;
}

void FileSource::remark_on_lists_below() {
  const std::string ending = "/" + std::string(kLabelList);
  for (int64_t i = 0; i < count(); ++i) {
    if (!listing_.path(i).ends_with(ending)) continue;
    const fs::path folder = fs::path(listing_.path(i)).parent_path();
    remarks_.push_back("labels in '" + shown(listing_.path(i)) +
                       "' are not used, since other things lie beside its folder: " +
                       (kind_ == "folder" ? "to use them give " + shell_word((listing_.root / folder).native())
                                          : "to use them make an archive of '" + shown(folder) + "' alone"));
    return;  // of several the first
  }
}

void FileSource::take_label_list(const std::vector<std::string>& folders) {
  int64_t at = -1;
  size_t level = 0;
  for (; level < folders.size() && at < 0; ++level)
    for (int64_t i = 0; i < count() && at < 0; ++i)
      if (listing_.path(i) == folders[level] + std::string(kLabelList)) at = i;
  if (at < 0) return remark_on_lists_below();
  const std::string& folder = folders[level - 1];
  has_json_at_top_ = folder.empty();
  std::string text, problem;
  try {
    if (size_of(at) > most_bytes_of_label_list(listing_)) throw Error("it is longer than a list of labels would be");
    text = bytes_of(at, SIZE_MAX);
  } catch (const Error& error) {
    rethrow_exhausted(error);
    problem = error.what();
  }
  listing_.remove(at), forget(at);
  LabelList list;
  if (problem.empty())
    list = read_label_list(text, listing_, folder);
  else
    list = unusable_label_list(folder, problem);
  for (auto& remark : list.remarks) remarks_.push_back(std::move(remark));
  if (!list.is_one) return;
  listing_.classes = std::move(list.classes);
  has_label_list_ = true, has_listed_labels_ = !list.labels.empty();
  for (int64_t n = 0; n < count(); ++n)
    listing_.set_label(n, has_listed_labels_ ? list.labels[static_cast<size_t>(n)] : -1);
}

std::string FileSource::name(int64_t index) const { return shown(listing_.path(index)); }

std::string FileSource::identity_of(int64_t index, const std::string& digest) const {
  return name(index) + '\n' + digest;
}

Image FileSource::read(int64_t index, int64_t max_megapixels, std::string* digest, Size at_least,
                       MemoryShare* share) const try {
  const uint64_t size = size_of(index);
  check_size(size, max_megapixels);
  // A file that is no picture may be huge: look at its beginning first.
  if (size > kSmall) {
    const Probe probe = probe_image(bytes_of(index, kProbeBytes));
    if (probe.converter != Converter::kNone) throw NotRead(probe);
    if (!is_readable(probe.format)) throw Error(probe.problem);
  }
  MemoryShare own;
  MemoryShare& held = share ? *share : own;
  for (auto expected = static_cast<int64_t>(6 * size + kSmall);;) {
    held.take(expected);
    const std::string bytes = bytes_of(index, SIZE_MAX);
    const Probe probe = probe_image(bytes);
    const bool is_decoded = probe.problem.empty() && probe.width <= max_megapixels * 1'000'000 / probe.height;
    if (is_decoded) check_claim(index, probe);
    const int64_t wanted = static_cast<int64_t>(2 * size) + (is_decoded ? decoding_bytes(probe) : 0);
    if (wanted > expected && expected < MemoryShare::kAll) {  // read it again when there is room for what it becomes
      expected = wanted;
      continue;
    }
    if (digest) *digest = sha256_hex(bytes);
    return decode_image(bytes, probe, max_megapixels, at_least);
  }
} catch (const NotRead& error) {
  throw named(error, index);
}

Probe FileSource::probe(int64_t index) const {
  constexpr size_t kBeginning = 1 << 14;
  try {
    Probe probe = probe_image(bytes_of(index, kBeginning));
    // A JPEG's frame header may stand behind large metadata, a TIFF's directory at the end.
    if (!probe.problem.empty() && is_readable(probe.format)) {
      const uint64_t size = size_of(index);
      check_size(size, DataOptions().max_megapixels);
      MemoryShare share;
      share.take(static_cast<int64_t>(2 * size));
      probe = probe_image(bytes_of(index, SIZE_MAX));
    }
    return probe;
  } catch (const Error& error) {
    rethrow_exhausted(error);
    Probe unreadable;
    unreadable.problem = error.what();
    return unreadable;
  }
}

FolderSource::FolderSource(const fs::path& root, int64_t most_files)
    : FileSource("folder", list_folder(root, most_files)) {
  stamp_ = listing_.stamp;
  find_classes();
}

std::string FolderSource::identity_of(int64_t index, const std::string& digest) const {
  const std::string label = has_listed_labels_ ? std::to_string(listing_.label(index)) + '\n' : "";
  return label + FileSource::identity_of(index, digest);
}

std::string FolderSource::bytes_of(int64_t index, size_t limit) const {
  return read_file(listing_.root / listing_.path(index), limit);
}

NotRead FileSource::named(const NotRead& error, int64_t index) const {
  const FilePlace place = file_of(index);
  return error.at(place.file.native(), place.before);
}

uint64_t FolderSource::size_of(int64_t index) const { return stamp_of(listing_.root / listing_.path(index)).bytes; }

}  // namespace dcgan
