#include "dataset/file_source.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
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
  classes_ = listing_.classes;
  remarks_ = listing_.remarks;
}

std::string FileSource::name(int64_t index) const { return shown(listing_.path(index)); }

std::string FileSource::identity_of(int64_t index, const std::string& digest) const {
  return name(index) + '\n' + digest;
}

Image FileSource::read(int64_t index, int64_t max_megapixels, std::string* digest, Size at_least,
                       MemoryShare* share) const {
  const uint64_t size = size_of(index);
  check_size(size, max_megapixels);
  // A file that is no picture may be huge: look at its beginning first.
  if (size > kSmall) {
    const Probe probe = probe_image(bytes_of(index, kProbeBytes));
    if (!probe.convert.empty()) throw NotRead(probe);
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
}

std::string FolderSource::bytes_of(int64_t index, size_t limit) const {
  return read_file(listing_.root / listing_.path(index), limit);
}

uint64_t FolderSource::size_of(int64_t index) const { return stamp_of(listing_.root / listing_.path(index)).bytes; }

}  // namespace dcgan
