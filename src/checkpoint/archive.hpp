// Named tensors and JSON as one file. Complete or absent, versioned, every part with its SHA-256, and any
// tensor can be read without the others. Knows nothing of what the tensors mean.
//
// Layout (little-endian): 8 bytes "DCGANCKP", uint32 version, uint32 0, uint64 length of the head, 64
// hexadecimal digits (SHA-256 of the head), the head (JSON: "meta" and the table of tensors), then the
// tensors' bytes, each on a multiple of 64, in the order of their strides.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/platform/io/file.hpp"
#include "nn/named_tensors.hpp"

namespace dcgan {

/// A tensor to be written holds a NaN or an infinity.
class NotFinite : public Error {
 public:
  using Error::Error;
};

/// A file is whole, and another version of the program has to read it.
class OtherVersion : public Error {
 public:
  using Error::Error;
};

/// Throws NotFinite naming the first floating tensor that holds a NaN or an infinity.
void check_finite(const NamedTensors& tensors);

/// Writes the file atomically. Tensors may be on any device and of any strides; strides are kept, so a
/// channels-last weight comes back channels-last (its memory format decides kernels, and so bits).
/// Throws NotFinite before anything is written when a floating tensor holds a NaN or an infinity, naming it.
void write_archive(const fs::path& path, const Json& meta, const NamedTensors& tensors,
                   AtomicFile::Access access = AtomicFile::Access::kUsual);

/// An open archive. Reading checks every tensor against its SHA-256.
class ArchiveReader {
 public:
  /// Reads the head. Throws Error when the file is none of ours, of another version, cut off or damaged.
  explicit ArchiveReader(const fs::path& path);

  const Json& meta() const { return meta_; }
  const fs::path& path() const { return path_; }
  /// Names and shapes in file order, without reading any tensor.
  std::vector<std::pair<std::string, std::vector<int64_t>>> list() const;
  /// On the CPU, with its strides. Throws Error when it is not there or damaged.
  at::Tensor read(const std::string& name) const;
  /// All whose names begin with `prefix`, without it.
  NamedTensors read_all(const std::string& prefix) const;

 private:
  struct Entry {
    std::string name, dtype, digest;
    std::vector<int64_t> shape, strides;
    uint64_t offset = 0, bytes = 0;
  };
  at::Tensor read(const Entry& entry) const;

  fs::path path_;
  FileHandle file_;
  Json meta_;
  std::vector<Entry> entries_;
};

/// True if the file begins like an archive of any version.
bool looks_like_archive(const fs::path& path);

}  // namespace dcgan
