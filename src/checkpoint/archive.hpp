// Tensors in a checkpoint's file, and out of it. The file's bytes are formats/checkpoint_file's. Knows nothing of what
// the tensors mean.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/platform/io/file.hpp"
#include "formats/checkpoint_file.hpp"
#include "nn/named_tensors.hpp"

namespace dcgan {

/// A tensor to be written holds a NaN or an infinity.
class NotFinite : public Error {
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
  explicit ArchiveReader(const fs::path& path) : file_(path) {}

  const Json& meta() const { return file_.meta(); }
  const fs::path& path() const { return file_.path(); }
  /// Names and shapes in file order, without reading any tensor.
  std::vector<std::pair<std::string, std::vector<int64_t>>> list() const;
  /// On the CPU, with its strides. Throws Error when it is not there or damaged.
  at::Tensor read(const std::string& name) const { return read(file_.tensor(name)); }
  /// All whose names begin with `prefix`, without it.
  NamedTensors read_all(const std::string& prefix) const;

 private:
  at::Tensor read(const StoredTensor& stored) const;

  CheckpointFile file_;
};

}  // namespace dcgan
