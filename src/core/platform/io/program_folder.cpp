#include "core/platform/io/program_folder.hpp"

namespace dcgan {

fs::path program_folder() {
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  return failed ? fs::path() : program.parent_path();
}

std::optional<fs::path> shared_file(const fs::path& name) {
  std::error_code ignored;
  const fs::path folder = program_folder(), share = fs::path("share") / "dcgan" / name;
  for (const fs::path& place : {folder / share, folder.parent_path() / share})
    if (fs::exists(place, ignored)) return place;
  return std::nullopt;
}

}  // namespace dcgan
