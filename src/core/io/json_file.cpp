#include "core/io/json_file.hpp"

namespace dcgan {

Json read_json_file(const fs::path& path) {
  constexpr size_t kMost = 16 << 20;
  return parse_json(read_small_file(path, kMost), shown(path));
}

}  // namespace dcgan
