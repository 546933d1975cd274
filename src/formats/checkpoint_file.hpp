// Named tensors and JSON as one file. Complete or absent, versioned, every part with its SHA-256, and any
// tensor can be read without the others. Knows nothing of what the tensors mean, and no torch: its reader and writer
// take bytes (checkpoint/archive makes tensors of them).
//
// Layout (little-endian): 8 bytes "DCGANCKP", uint32 version, uint32 0, uint64 length of the head, 64
// hexadecimal digits (SHA-256 of the head), the head (JSON: "meta" and the table of tensors), then the
// tensors' bytes, each on a multiple of 64, in the order of their strides.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/element.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/platform/io/file.hpp"

namespace dcgan {

/// A file is whole, and another version of the program has to read it.
class OtherVersion : public Error {
 public:
  using Error::Error;
};

/// One row of the table of tensors, as the file has it.
struct StoredTensor {
  std::string name, dtype;              // "float32", "float64", "int64" or "bfloat16" in what this program writes
  std::string digest;                   // SHA-256 of its bytes, hexadecimal
  std::vector<int64_t> shape, strides;  // strides in elements
  uint64_t offset = 0, bytes = 0;       // from the start of the file; it ends within the file
};

/// A checkpoint that is open. Reading checks every tensor against its SHA-256. Any thread may read.
class CheckpointFile {
 public:
  /// Reads the head. Throws Error when the file is none of ours, cut off or damaged, and OtherVersion.
  explicit CheckpointFile(const fs::path& path);

  const Json& meta() const { return meta_; }
  const fs::path& path() const { return path_; }
  /// In file order. Only their places are checked: see type_of.
  const std::vector<StoredTensor>& tensors() const { return tensors_; }
  /// Throws Error when it is not there.
  const StoredTensor& tensor(const std::string& name) const;
  /// The type of its elements. Throws Error unless that is known, shape and strides name every one of its bytes
  /// exactly once, and no other: to be asked before memory is taken, since a table may claim anything.
  ElementType type_of(const StoredTensor& tensor) const;
  /// tensor.bytes bytes to `out`. Throws Error when they are damaged.
  void read(const StoredTensor& tensor, void* out) const;

 private:
  std::string origin() const;
  std::string read_head(uint64_t size) const;

  fs::path path_;
  FileHandle file_;
  Json meta_;
  std::vector<StoredTensor> tensors_;
};

/// A tensor to be written. `data`: its elements in the order of the strides, without gaps.
struct TensorToStore {
  std::string name;
  ElementType type = ElementType::kF32;
  std::vector<int64_t> shape, strides;
  std::string_view data;
};

/// Writes the file atomically. Throws Error for a type that checkpoints do not hold, before anything is written.
void write_checkpoint_file(const fs::path& path, const Json& meta, const std::vector<TensorToStore>& tensors,
                           AtomicFile::Access access = AtomicFile::Access::kUsual);

/// True if the file begins like a checkpoint of any version.
bool looks_like_archive(const fs::path& path);

}  // namespace dcgan
