// Pictures as the network sees them: all of one size, uint8, height x width x channels, ready to be copied.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/options.hpp"
#include "dataset/options.hpp"
#include "dataset/source.hpp"

namespace dcgan {

/// One picture that was left out, and why.
struct Skipped {
  std::string name;
  std::string reason;
};

/// What is true of a whole set.
struct PixelsInfo {
  Size size;
  int64_t channels = 3;
  int64_t count = 0;
  std::vector<std::string> classes;
  std::string identity;  // SHA-256 over names and contents: equal for the same pictures wherever they lie
  std::vector<Skipped> skipped;
  int64_t image_bytes() const { return size.width * size.height * channels; }
};

/// Random access to a set. All of it is thread safe.
class Pixels {
 public:
  virtual ~Pixels() = default;
  /// Picture `index` to out[0 .. image_bytes).
  virtual void copy(int64_t index, uint8_t* out) const = 0;
  /// Number of its class, -1 when it has none.
  virtual int32_t label(int64_t index) const = 0;
  /// XXH3 of the picture's bytes: the same for the same pixels. Costs a `copy` where it is not stored.
  virtual uint64_t content(int64_t index) const;
  /// True when `copy` decodes, so that several threads pay.
  virtual bool decodes() const = 0;
  const PixelsInfo& info() const { return info_; }

 protected:
  PixelsInfo info_;
};

/// A set that is ready to train on.
struct Dataset {
  std::unique_ptr<Pixels> pixels;    // to train on
  std::unique_ptr<Pixels> held_out;  // never trained on, of the same classes; null without --holdout
  std::string kind;                  // "folder" or "IDX file"
  std::vector<std::string> remarks;  // what was passed over, what could not be kept
  std::string cached_at;             // the file of decoded pixels; empty when there is none
  bool was_cached = false;           // it was there before
};

/// Called now and then while pictures are decoded: done, of all. May throw to stop.
using DecodeProgress = std::function<void(int64_t, int64_t)>;

/// Opens DATA. Every picture is decoded once, here: so damage is known, and the order of a run does not
/// depend on whether pixels could be kept. Later calls find them kept and decode nothing.
/// With `holdout` some pictures are set apart (dataset/holdout).
/// Throws Error when nothing can be used, and with `strict` for the first file that cannot.
Dataset open_dataset(const fs::path& path, const DataOptions& options, int64_t threads, const DecodeProgress& progress);

/// Packs DATA into the file `out`, or into `shards` files (dataset/shards says how they are called), and opens it. What
/// is there already of the same pictures and options is left as it is (`was_cached`), another is replaced; one whose
/// writing was interrupted goes on.
Dataset pack_dataset(const fs::path& path, const DataOptions& options, const fs::path& out, int64_t threads,
                     const DecodeProgress& progress, int64_t shards = 1);

}  // namespace dcgan
