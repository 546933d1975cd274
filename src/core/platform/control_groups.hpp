// The control groups (cgroup) that limit this process, of either version. Nothing here changes anything.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace dcgan {

/// Where the system says what it has and grants: other folders in tests.
struct SystemFiles {
  std::filesystem::path proc = "/proc", groups = "/sys/fs/cgroup";
};

struct ControlGroup {
  std::filesystem::path folder;
  bool is_version2 = false;
};

/// The groups of this process that may have a say on `controller` ("memory", "cpu"), the innermost first, out to the
/// outermost that can be seen. A folder may lack the controller's files, or not be there: a container often sees its
/// own group as the root, under a path that is only the host's.
std::vector<ControlGroup> control_groups(std::string_view controller, const SystemFiles& files = {});

/// The number that a file begins with; `missing` where there is none, as for "max".
int64_t number_in(const std::filesystem::path& file, int64_t missing);

/// Of a file of lines "KEY VALUE", or "KEY: VALUE": what follows the first KEY; "" for none.
std::string value_in(const std::filesystem::path& file, std::string_view key, char after = ':');

}  // namespace dcgan
