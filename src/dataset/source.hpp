// Where pictures come from, before they are made to fit: a folder or an IDX file. Reading is thread safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/platform/file.hpp"
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
  /// Throws Error with the reason alone when it cannot be used.
  virtual Image read(int64_t index, int64_t max_megapixels, std::string* digest) const = 0;
  /// What picture `index` says of itself, without decoding it. Never throws: see Probe::problem.
  virtual Probe probe(int64_t index) const = 0;

  const std::vector<std::string>& classes() const { return classes_; }
  const std::vector<std::string>& remarks() const { return remarks_; }
  /// "folder" or "IDX file".
  const std::string& kind() const { return kind_; }
  /// Changes whenever the content may have changed: names, sizes and times, without reading any content.
  const std::string& stamp() const { return stamp_; }

 protected:
  mutable std::vector<std::string> classes_;  // an IDX file knows them when it is inflated
  std::vector<std::string> remarks_;
  std::string kind_;
  std::string stamp_;
};

/// Opens a folder of pictures or an IDX file (labels beside it are found). Throws UsageError for anything else.
std::unique_ptr<Source> open_source(const fs::path& path);

}  // namespace dcgan
