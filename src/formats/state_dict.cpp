#include "formats/state_dict.hpp"

#include <algorithm>
#include <unordered_map>

#include "core/error.hpp"
#include "core/text.hpp"
#include "formats/zip.hpp"

namespace dcgan {
namespace {

constexpr uint64_t kLongestPickle = 16 << 20;
constexpr std::string_view kPickleEnd = "/data.pkl";
/// PROTO 2, LONG1 of 10 bytes: 0x1950a86a20f9469cfc6c, torch.serialization.MAGIC_NUMBER.
constexpr std::string_view kBeforeZip = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";

/// PROTO 2, BININT2 1001, STOP: torch.serialization.PROTOCOL_VERSION.
constexpr std::string_view kOldProtocol = "\x80\x02\x4d\xe9\x03.";

bool is_before_zip(const fs::path& path) { return read_file(path, kBeforeZip.size()) == kBeforeZip; }

/// A file of torch.save and where its records are.
class TorchZip {
 public:
  explicit TorchZip(const fs::path& path) : zip_(path), place_("'" + shown(path) + "'") {
    for (const auto& entry : zip_.entries())
      if (entry.name.ends_with(kPickleEnd)) folder_ = entry.name.substr(0, entry.name.size() - kPickleEnd.size() + 1);
    for (const auto& entry : zip_.entries()) records_.emplace(entry.name, &entry);  // of two of a name, the first
  }
  /// "" where there is no data.pkl.
  const std::string& folder() const { return folder_; }
  const ZipEntry* find(const std::string& record) const {
    const auto found = records_.find(folder_ + record);
    return found == records_.end() ? nullptr : found->second;
  }
  std::string read(const std::string& record, uint64_t most) const {
    const ZipEntry* entry = find(record);
    if (!entry) throw Error(place_ + " is damaged: its record " + printable(record) + " is missing");
    if (entry->method != 0)
      throw Error(place_ + ": its record " + printable(record) + " is packed, which torch.save never does",
                  "was it packed again by another program? save it again with torch.save");
    if (entry->bytes > most)
      throw Error(place_ + ": its record " + printable(record) + " has " +
                  bytes_text(static_cast<double>(entry->bytes)) + ", more than it can need");
    try {
      return zip_.read(*entry);
    } catch (const Error& error) {
      throw Error(place_ + ": its record " + printable(record) + ": " + error.what(), error.hint());
    }
  }
  bool is_torchscript() const {
    return find("constants.pkl") || std::any_of(zip_.entries().begin(), zip_.entries().end(), [&](const auto& one) {
             return one.name.starts_with(folder_ + "code/");
           });
  }

 private:
  ZipFile zip_;
  std::string place_, folder_;
  std::unordered_map<std::string_view, const ZipEntry*> records_;  // by name
};

struct StorageSize {
  int64_t elements = 0, bytes = 0;
  bool operator==(const StorageSize&) const = default;
};

/// Sizes by key of the storages that tensors lie in.
std::map<std::string, StorageSize> storage_sizes(const std::vector<PickledTensor>& tensors, const std::string& place) {
  std::map<std::string, StorageSize> sizes;
  for (const auto& tensor : tensors) {
    if (!tensor.unusable.empty()) continue;
    const StorageSize size{tensor.storage_elements, tensor.storage_elements * bytes_of(tensor.type)};
    if (sizes.emplace(tensor.storage, size).first->second != size)
      throw Error(place + " is damaged: tensor '" + printable(tensor.name) +
                  "' and another one disagree on the storage that both lie in");
  }
  return sizes;
}

/// All of a file from before there was a ZIP archive.
StateDict read_before_zip(const fs::path& path, const std::string& place) {
  const std::string whole = read_file(path);
  std::string_view rest = whole;
  size_t end = 0;
  const auto cut_off = [&] { return Error(place + " is damaged: it ends within its numbers"); };
  const auto skip = [&](size_t bytes) {
    if (bytes > rest.size()) throw cut_off();
    rest.remove_prefix(bytes);
  };
  skip(kBeforeZip.size() + 1);  // and STOP
  if (!rest.starts_with(kOldProtocol)) throw Error(place + " is damaged: the number of its protocol is missing");
  skip(kOldProtocol.size());
  if (!read_pickled_truth(rest, "little_endian", place, &end).value_or(true))
    throw Error(place + " holds big-endian numbers", "write it on a little-endian machine");
  skip(end);
  PickledState state = read_pickled_state(rest, place, &end);
  skip(end);
  const auto keys = read_pickled_texts(rest, place, &end);
  skip(end);
  const auto sizes = storage_sizes(state.tensors, place);
  StateDict out{std::move(state.tensors), {}, std::move(state.others), std::move(state.modules)};
  for (const auto& key : keys) {
    const auto size = sizes.find(key);
    if (out.storages.size() == sizes.size()) break;  // what follows is of tensors that cannot be used
    if (size == sizes.end())
      throw Error(place + " holds numbers that belong to no tensor, before others that do",
                  "save the weights alone: torch.save(net.state_dict(), FILE)");
    const auto bytes = static_cast<size_t>(size->second.bytes);
    if (bytes + sizeof(uint64_t) > rest.size()) throw cut_off();
    uint64_t elements = 0;
    for (size_t i = sizeof elements; i-- > 0;) elements = elements << 8 | static_cast<uint8_t>(rest[i]);
    if (elements != static_cast<uint64_t>(size->second.elements))
      throw Error(place + " is damaged: a storage has " + std::to_string(elements) +
                  " elements, and its tensors want " + with_commas(size->second.elements));
    skip(sizeof elements);
    out.storages[key] = rest.substr(0, bytes);
    skip(bytes);
  }
  if (out.storages.size() != sizes.size()) throw Error(place + " is damaged: the numbers of some tensors are missing");
  return out;
}

}  // namespace

bool looks_like_state_dict(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  try {
    if (is_before_zip(path)) return true;
    if (!looks_like_zip(path)) return false;
    const TorchZip zip(path);
    return !zip.folder().empty() && !zip.is_torchscript();
  } catch (const Error&) {
    return false;  // no archive that can be opened
  }
}

StateDict read_state_dict(const fs::path& path) {
  const std::string place = "'" + shown(path) + "'";
  if (is_before_zip(path)) return read_before_zip(path, place);
  if (!looks_like_zip(path)) throw Error(place + " is not a file of torch.save");
  const TorchZip zip(path);
  if (zip.folder().empty()) throw Error(place + " is a ZIP archive, but none of torch.save: it has no data.pkl");
  if (zip.is_torchscript())
    throw Error(place + " is TorchScript, not a state dict",
                zip.find("extra/dcgan.json") ? "dcgan exported it: take the checkpoint that it was made of"
                                             : "save the weights alone: torch.save(MODEL.state_dict(), FILE)");
  if (zip.find("byteorder") && zip.read("byteorder", 16) != "little")
    throw Error(place + " holds big-endian numbers", "write it on a little-endian machine");
  PickledState state = read_pickled_state(zip.read("data.pkl", kLongestPickle), place);
  StateDict out{std::move(state.tensors), {}, std::move(state.others), std::move(state.modules)};
  uint64_t left = fs::file_size(path);  // records may share bytes; reading them must not
  for (const auto& tensor : out.tensors) {
    if (!tensor.unusable.empty()) continue;
    const auto bytes = static_cast<uint64_t>(tensor.storage_elements * bytes_of(tensor.type));
    const auto found = out.storages.find(tensor.storage);
    if (found == out.storages.end()) {
      const std::string record = "data/" + tensor.storage;
      out.storages[tensor.storage] = zip.read(record, left);
      left -= out.storages[tensor.storage].size();
    }
    if (out.storages[tensor.storage].size() != bytes)
      throw Error(place + " is damaged: tensor '" + printable(tensor.name) + "' needs a storage of " +
                  with_commas(static_cast<int64_t>(bytes)) + " bytes, and it has " +
                  with_commas(static_cast<int64_t>(out.storages[tensor.storage].size())));
  }
  return out;
}

}  // namespace dcgan
