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
  if (is_before_zip(path))
    throw Error(place + " was written by a PyTorch before 1.6, or in its old format",
                "write it again: " + python_command("import sys, torch; torch.save(torch.load(sys.argv[1], "
                                                    "weights_only=True), \"again.pth\")",
                                                    {path.native()}));
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
