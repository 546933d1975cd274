// Pictures one after another, each with its name, decoded as they come: nothing is kept, so that memory does not grow
// with their count.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "dataset/options.hpp"
#include "dataset/pixels.hpp"
#include "image/image.hpp"

namespace dcgan {

struct NamedPicture {
  std::string name;    // printable; of a pack its number
  int32_t label = -1;  // of the classes below
  Image image;
};

class NamedPictures {
 public:
  /// Opens DATA; decodes nothing yet. Throws as open_source and open_dataset do.
  NamedPictures(const fs::path& path, const DataOptions& options, int64_t threads);
  ~NamedPictures();
  NamedPictures(const NamedPictures&) = delete;
  NamedPictures& operator=(const NamedPictures&) = delete;

  /// Before any that cannot be used.
  int64_t count() const;
  const std::vector<std::string>& classes() const;
  /// Calls `take` for every picture that can be used, in order; the others are returned. Throws Error when none can,
  /// and with --strict for the first that cannot.
  std::vector<Skipped> each(const std::function<void(const NamedPicture&)>& take) const;

 private:
  struct Opened;
  std::unique_ptr<Opened> opened_;
};

}  // namespace dcgan
