// Where pictures come from, before they are made to fit: a folder, a ZIP archive, an IDX, CIFAR or .npy file. Reading
// is thread safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/memory_share.hpp"
#include "core/platform/io/file.hpp"
#include "image/image.hpp"
#include "image/probe.hpp"

namespace dcgan {

class Source {
 public:
  virtual ~Source() = default;
  virtual int64_t count() const = 0;
  /// Printable, unique within the source.
  virtual std::string name(int64_t index) const = 0;
  /// Number of its class, -1 when it has none.
  virtual int32_t label(int64_t index) const = 0;
  /// Decode picture `index`. `digest`, when wanted, becomes the SHA-256 of what it is stored as.
  /// A picture that will be made smaller may come reduced, but for sides below `at_least` ({0, 0}: as stored).
  /// `share`, when wanted, holds the memory that the picture takes until its caller is done with it: so large ones are
  /// not in memory by the dozen, one a thread.
  /// Throws Error with the reason alone when it cannot be used, Exhausted when that is not the picture's fault.
  virtual Image read(int64_t index, int64_t max_megapixels, std::string* digest, Size at_least = {},
                     MemoryShare* share = nullptr) const = 0;
  /// What the picture is to the set's identity: `digest`, and the name where it matters.
  virtual std::string identity_of(int64_t, const std::string& digest) const { return digest; }
  /// What picture `index` says of itself, without decoding it. Throws nothing but Exhausted: see Probe::problem.
  virtual Probe probe(int64_t index) const = 0;

  /// Where picture `index` lies as a file of its own, below `folder`; of an archive once the command `before` has
  /// unpacked it. Of sets without files both are "".
  struct FilePlace {
    fs::path folder, file;
    std::string before;
  };
  virtual FilePlace file_of(int64_t) const { return {}; }

  const std::vector<std::string>& classes() const { return classes_; }
  const std::vector<std::string>& remarks() const { return remarks_; }
  /// "folder", "ZIP archive", "IDX file", "CIFAR-10", "CIFAR-100", ".npy file".
  const std::string& kind() const { return kind_; }
  /// Changes whenever the content may have changed: names, sizes and times, without reading any content.
  const std::string& stamp() const { return stamp_; }

 protected:
  mutable std::vector<std::string> classes_;  // an array knows them when it is loaded
  std::vector<std::string> remarks_;
  std::string kind_;
  std::string stamp_;
};

/// Opens DATA, whatever kind it is of (labels beside an IDX file are found). Throws UsageError for anything else, and
/// Error for a folder of more than `most_files`.
std::unique_ptr<Source> open_source(const fs::path& path, int64_t most_files = INT64_MAX / 32);

}  // namespace dcgan
