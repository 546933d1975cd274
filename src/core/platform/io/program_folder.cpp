#include "core/platform/io/program_folder.hpp"

namespace dcgan {

fs::path program_folder() {
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  return failed ? fs::path() : program.parent_path();
}

}  // namespace dcgan
