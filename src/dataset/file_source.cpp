#include "dataset/file_source.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"
#include "image/decode.hpp"

namespace dcgan {

FileSource::FileSource(std::string kind, Listing listing) : listing_(std::move(listing)) {
  kind_ = std::move(kind);
  classes_ = listing_.classes;
  remarks_ = listing_.remarks;
}

std::string FileSource::name(int64_t index) const { return shown(listing_.path(index)); }

std::string FileSource::identity_of(int64_t index, const std::string& digest) const {
  return name(index) + '\n' + digest;
}

Image FileSource::read(int64_t index, int64_t max_megapixels, std::string* digest, Size at_least) const {
  constexpr size_t kProbeBytes = 4096;
  // A file that is no picture may be huge: look at its beginning first.
  if (size_of(index) > (1u << 20)) {
    const Probe probe = probe_image(bytes_of(index, kProbeBytes));
    if (!is_readable(probe.format)) throw Error(probe.problem);
  }
  const std::string bytes = bytes_of(index, SIZE_MAX);
  if (digest) *digest = sha256_hex(bytes);
  return decode_image(bytes, probe_image(bytes), max_megapixels, at_least);
}

Probe FileSource::probe(int64_t index) const {
  constexpr size_t kBeginning = 1 << 14;
  try {
    Probe probe = probe_image(bytes_of(index, kBeginning));
    // A JPEG's frame header may stand behind large metadata, a TIFF's directory at the end.
    if (!probe.problem.empty() && is_readable(probe.format)) probe = probe_image(bytes_of(index, SIZE_MAX));
    return probe;
  } catch (const Error& error) {
    Probe unreadable;
    unreadable.problem = error.what();
    return unreadable;
  }
}

FolderSource::FolderSource(const fs::path& root) : FileSource("folder", list_folder(root)) { stamp_ = listing_.stamp; }

std::string FolderSource::bytes_of(int64_t index, size_t limit) const {
  return read_file(listing_.root / listing_.path(index), limit);
}

uint64_t FolderSource::size_of(int64_t index) const { return stamp_of(listing_.root / listing_.path(index)).bytes; }

}  // namespace dcgan
