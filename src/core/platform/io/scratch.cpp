#include "core/platform/io/scratch.hpp"

#include <stdlib.h>

#include <cerrno>

namespace dcgan {

ScratchFolder::ScratchFolder() {
  const fs::path place = fs::temp_directory_path();
  std::string pattern = (place / "dcgan-XXXXXX").native();
  if (!::mkdtemp(pattern.data())) throw_system_error("cannot make a folder in '" + shown(place) + "'", errno);
  path_ = pattern;
  removal_.emplace([path = path_] {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  });
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace dcgan
