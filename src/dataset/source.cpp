#include "dataset/source.hpp"

#include <sys/stat.h>

#include <exception>
#include <mutex>

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "dataset/idx.hpp"
#include "dataset/walk.hpp"
#include "image/decode.hpp"
#include "image/probe.hpp"

namespace dcgan {
namespace {

class FolderSource : public Source {
 public:
  explicit FolderSource(const fs::path& root) : listing_(list_folder(root)) {
    kind_ = "folder";
    classes_ = listing_.classes;
    remarks_ = listing_.remarks;
    Sha256 stamp;
    for (const auto& file : listing_.files) {
      const uint64_t numbers[] = {file.bytes, file.inode, static_cast<uint64_t>(file.modified_ns),
                                  static_cast<uint64_t>(file.changed_ns), file.path.size()};
      stamp.add(numbers, sizeof numbers);
      stamp.add(file.path);
    }
    stamp_ = stamp.hex();
  }

  int64_t count() const override { return static_cast<int64_t>(listing_.files.size()); }
  std::string name(int64_t index) const override { return printable(file(index).path); }
  int32_t label(int64_t index) const override { return file(index).label; }

  Image read(int64_t index, int64_t max_megapixels, std::string* digest) const override {
    constexpr size_t kProbeBytes = 4096;
    const fs::path path = listing_.root / file(index).path;
    // A file that is no picture may be huge: look at its beginning first.
    if (file(index).bytes > (1u << 20)) {
      const Probe probe = probe_image(read_file(path, kProbeBytes));
      if (!is_readable(probe.format)) throw Error(probe.problem);
    }
    const std::string bytes = read_file(path);
    if (digest) *digest = sha256_hex(bytes);
    return decode_image(bytes, probe_image(bytes), max_megapixels);
  }

  Probe probe(int64_t index) const override {
    constexpr size_t kBeginning = 1 << 14;
    const fs::path path = listing_.root / file(index).path;
    try {
      Probe probe = probe_image(read_file(path, kBeginning));
      // A JPEG's frame header may stand behind large metadata, a TIFF's directory at the end.
      if (!probe.problem.empty() && is_readable(probe.format)) probe = probe_image(read_file(path));
      return probe;
    } catch (const Error& error) {
      Probe unreadable;
      unreadable.problem = error.what();
      return unreadable;
    }
  }

 private:
  const ListedFile& file(int64_t index) const { return listing_.files[static_cast<size_t>(index)]; }
  Listing listing_;
};

class IdxSource : public Source {
 public:
  explicit IdxSource(const fs::path& path) : path_(path) {
    kind_ = "IDX file";
    Sha256 stamp;
    add_stamp(stamp, path);
    labels_path_ = labels_beside(path);
    if (!labels_path_.empty()) add_stamp(stamp, labels_path_);
    stamp_ = stamp.hex();
  }

  // The file is inflated when it is first needed: a cached data set never needs it.
  int64_t count() const override { return content().count; }
  std::string name(int64_t index) const override { return shown(path_.filename()) + ":" + std::to_string(index); }
  int32_t label(int64_t index) const override {
    const auto& labels = content().labels;
    return labels.empty() ? -1 : labels[static_cast<size_t>(index)];
  }
  Image read(int64_t index, int64_t, std::string* digest) const override {
    const auto& c = content();
    Image image(c.width, c.height, c.channels);
    const auto start = c.values.begin() + static_cast<int64_t>(image.pixels.size()) * index;
    image.pixels.assign(start, start + static_cast<int64_t>(image.pixels.size()));
    if (digest) {
      Sha256 hash;
      hash.add(image.pixels.data(), image.pixels.size());
      const int32_t class_number = label(index);
      hash.add(&class_number, sizeof class_number);
      *digest = hash.hex();
    }
    return image;
  }
  Probe probe(int64_t) const override {
    const auto& c = content();
    Probe probe;
    probe.width = c.width, probe.height = c.height, probe.gray = c.channels == 1, probe.alpha = c.channels == 4;
    probe.mode = c.channels == 1 ? "gray" : c.channels == 3 ? "RGB" : "RGBA";
    return probe;
  }

 private:
  struct Content {
    int64_t count = 0, width = 0, height = 0, channels = 1;
    std::vector<uint8_t> values, labels;
  };

  static void add_stamp(Sha256& stamp, const fs::path& path) {
    struct stat status {};
    open_for_reading(path);  // for its clear error
    if (::stat(path.c_str(), &status) != 0) throw Error("cannot read '" + shown(path) + "'");
    const int64_t numbers[] = {static_cast<int64_t>(status.st_size),
                               static_cast<int64_t>(status.st_ino),
                               status.st_mtim.tv_sec,
                               status.st_mtim.tv_nsec,
                               status.st_ctim.tv_sec,
                               status.st_ctim.tv_nsec};
    stamp.add(numbers, sizeof numbers);
  }

  const Content& content() const {
    // No exception may leave call_once: the thread sanitizer would look away from then on.
    std::call_once(once_, [this] {
      try {
        take_images();
      } catch (...) {
        problem_ = std::current_exception();
      }
    });
    if (problem_) std::rethrow_exception(problem_);
    return content_;
  }

  void take_images() const {
    IdxFile images = read_idx(path_);
    const auto& shape = images.shape;
    if (shape.size() < 3 || (shape.size() == 4 && shape[3] != 1 && shape[3] != 3 && shape[3] != 4))
      throw Error("the IDX file '" + shown(path_) + "' holds no images: it has " + counted(shape.size(), "dimension"),
                  "give the images file (count x height x width), not the labels");
    content_.count = shape[0], content_.height = shape[1], content_.width = shape[2];
    content_.channels = shape.size() == 4 ? shape[3] : 1;
    content_.values = std::move(images.values);
    if (content_.width == 0 || content_.height == 0) content_.count = 0;
    if (!labels_path_.empty()) take_labels();
  }

  void take_labels() const {
    IdxFile labels = read_idx(labels_path_);
    if (labels.shape.size() != 1 || labels.shape[0] != content_.count)
      throw Error("the labels '" + shown(labels_path_) +
                      "' do not fit: " + with_commas(labels.shape.empty() ? 0 : labels.shape[0]) + " labels for " +
                      counted(content_.count, "image"),
                  "move the file away to train without labels");
    content_.labels = std::move(labels.values);
    int most = -1;
    for (const uint8_t label : content_.labels) most = std::max<int>(most, label);
    for (int label = 0; label <= most; ++label) classes_.push_back(std::to_string(label));
  }

  fs::path path_, labels_path_;
  mutable std::once_flag once_;
  mutable std::exception_ptr problem_;
  mutable Content content_;
};

}  // namespace

std::unique_ptr<Source> open_source(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return std::make_unique<FolderSource>(path);
  if (looks_like_idx(path)) return std::make_unique<IdxSource>(path);
  throw UsageError("'" + shown(path) + "' is no folder and no IDX file", "give the folder that holds the pictures");
}

}  // namespace dcgan
