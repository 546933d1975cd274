#include "dataset/zip_source.hpp"

#include <map>

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr const char* kLabels = "dataset.json";
constexpr int64_t kMostClasses = 100'000;

bool passes_over(const std::string& path) {
  for (size_t start = 0; start <= path.size();) {
    const size_t end = std::min(path.find('/', start), path.size());
    if (is_passed_over(path.substr(start, end - start))) return true;
    start = end + 1;
  }
  return false;
}

}  // namespace

ZipSource::ZipSource(const fs::path& path) : FileSource("ZIP archive", {}), zip_(path) {
  listing_.root = path;
  std::map<std::string, size_t> by_name;  // of entries with one name the last counts, as in every unpacker
  const ZipEntry* labels = nullptr;
  for (size_t i = 0; i < zip_.entries().size(); ++i) {
    const auto& entry = zip_.entries()[i];
    if (entry.name == kLabels) labels = &entry;
    if (entry.name != kLabels && !entry.name.empty() && !entry.name.ends_with('/') && !passes_over(entry.name))
      by_name[entry.name] = i;
  }
  for (const auto& [name, index] : by_name) {
    listing_.add(name);
    entries_.push_back(index);
  }
  listing_.number_classes();
  if (labels) take_labels(*labels);
  classes_ = listing_.classes;
  const FileStamp stamp = stamp_of(path);
  stamp_ = sha256_hex({reinterpret_cast<const char*>(&stamp), sizeof stamp});
}

void ZipSource::take_labels(const ZipEntry& json) {
  const std::string origin = shown(listing_.root) + ":" + kLabels;
  listing_.classes.clear();
  for (int64_t i = 0; i < count(); ++i) listing_.set_label(i, -1);
  size_t most_bytes = 1 << 20;  // a list of these names and of a few numbers each
  for (int64_t i = 0; i < count(); ++i) most_bytes += 128 + 2 * listing_.path(i).size();
  if (json.bytes > most_bytes) {
    remarks_.push_back(std::string(kLabels) + " is longer than a list of labels would be; it is not used");
    return;
  }
  const Json content = parse_json(zip_.read(json), origin);
  const Json labels = content.is_object() && content.contains("labels") ? content["labels"] : Json();
  if (labels.is_null()) return;
  const auto refuse = [&](const std::string& what) {
    throw Error("'" + origin + "': " + what, "it must hold {\"labels\": [[\"NAME\", CLASS NUMBER], ...]}");
  };
  if (!labels.is_array()) refuse("\"labels\" is no list");
  std::map<std::string, int32_t> by_name;
  int32_t most = -1;
  for (const auto& pair : labels) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string()) refuse("a label is no pair of name and number");
    if (!pair[1].is_number_integer()) {
      remarks_.push_back("the labels of " + std::string(kLabels) + " are no class numbers; they are not used");
      return;
    }
    const auto number = pair[1].get<int64_t>();
    if (number < 0 || number >= kMostClasses) refuse("class number " + std::to_string(number) + " is out of range");
    by_name[pair[0].get<std::string>()] = static_cast<int32_t>(number);
    most = std::max(most, static_cast<int32_t>(number));
  }
  for (int64_t i = 0; i < count(); ++i)
    if (const auto found = by_name.find(std::string(listing_.path(i))); found != by_name.end())
      listing_.set_label(i, found->second);
  for (int32_t number = 0; number <= most; ++number) listing_.classes.push_back(std::to_string(number));
}

std::string ZipSource::identity_of(int64_t index, const std::string& digest) const {
  return std::to_string(label(index)) + '\n' + FileSource::identity_of(index, digest);
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
              ", too much to believe of one of many in an archive; unpack it first if you trust it");
}

std::string ZipSource::bytes_of(int64_t index, size_t limit) const { return zip_.read(entry_of(index), limit); }

}  // namespace dcgan
