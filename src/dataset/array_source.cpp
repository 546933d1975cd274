#include "dataset/array_source.hpp"

#include <exception>

#include "core/checked.hpp"
#include "core/error.hpp"
#include "core/io/digest.hpp"
#include "core/platform/machine.hpp"
#include "core/text.hpp"

namespace dcgan {

void check_array(const PictureArray& claimed, uint64_t file_bytes, const std::string& place) {
  constexpr int64_t kLargestSide = 1 << 16, kFree = 1000;
  constexpr uint64_t kLeastBytes = 16;  // of the file, packed or not, for a picture
  const auto is_side = [](int64_t side) { return side >= 0 && side <= kLargestSide; };
  const Checked bytes = Checked::of(claimed.count) * Checked::of(claimed.width) * Checked::of(claimed.height) *
                        Checked::of(claimed.channels);
  if (!is_side(claimed.width) || !is_side(claimed.height) || !bytes.value())
    throw Error(place + " has a header with impossible sizes");
  if (claimed.count > kFree && static_cast<uint64_t>(claimed.count - kFree) > file_bytes / kLeastBytes)
    throw Error(place + " claims " + with_commas(claimed.count) + " pictures of " +
                to_text(Size{claimed.width, claimed.height}) + " pixels in " + bytes_text(double(file_bytes)) +
                ", which are none");
  if (const int64_t free = free_memory(); !bytes.is_at_most(static_cast<uint64_t>(free)))
    throw Error(place + " holds " + bytes_text(double(*bytes.value())) + ", and " + bytes_text(double(free)) +
                    " of memory are free",
                "pack it where there is more: `dcgan data pack`");
}

ArraySource::ArraySource(std::string kind, const fs::path& path, const std::vector<fs::path>& files,
                         std::function<PictureArray()> load, std::vector<std::string> remarks)
    : file_name_(shown(without_slash(path).filename())), load_(std::move(load)) {
  kind_ = std::move(kind), remarks_ = std::move(remarks);
  Sha256 stamp;
  for (const auto& file : files) {
    const FileStamp numbers = stamp_of(file);
    stamp.add(&numbers, sizeof numbers);
  }
  stamp_ = stamp.hex();
}

std::string ArraySource::name(int64_t index) const { return file_name_ + ":" + std::to_string(index); }

int32_t ArraySource::label(int64_t index) const {
  const auto& labels = array().labels;
  return labels.empty() ? -1 : labels[static_cast<size_t>(index)];
}

Image ArraySource::read(int64_t index, int64_t, std::string* digest, Size, MemoryShare*) const {
  const auto& a = array();
  Image image(a.width, a.height, a.channels);
  const auto start = a.values.begin() + static_cast<int64_t>(image.pixels.size()) * index;
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

Probe ArraySource::probe(int64_t) const {
  const auto& a = array();
  Probe probe;
  probe.width = a.width, probe.height = a.height, probe.gray = a.channels == 1, probe.alpha = a.channels == 4;
  probe.mode = a.channels == 1 ? "gray" : a.channels == 3 ? "RGB" : "RGBA";
  return probe;
}

const PictureArray& ArraySource::array() const {
  // No exception may leave call_once: the thread sanitizer would look away from then on.
  std::call_once(once_, [this] {
    try {
      array_ = load_();
      classes_ = array_.classes;
    } catch (...) {
      problem_ = std::current_exception();
    }
  });
  if (problem_) std::rethrow_exception(problem_);
  return array_;
}

}  // namespace dcgan
