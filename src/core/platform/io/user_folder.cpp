#include "core/platform/io/user_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/error.hpp"
#include "core/platform/machine.hpp"

namespace dcgan {
namespace {

constexpr size_t kMost = 1 << 20;  // bytes; ours are a few hundred

}  // namespace

fs::path user_folder() {
  fs::path state = environment("XDG_STATE_HOME");
  if (!state.is_absolute()) {  // as the XDG base directory specification has it
    const fs::path home = environment("HOME");
    if (!home.is_absolute())
      throw Error("there is no place for this user's own files: HOME is not set", "set HOME or XDG_STATE_HOME");
    state = home / ".local" / "state";
  }
  make_directories(state);
  const fs::path folder = state / "dcgan";
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    throw_system_error("cannot make the folder '" + shown(folder) + "'", errno);
  struct stat status {};
  if (::lstat(folder.c_str(), &status) != 0) throw_system_error("cannot read '" + shown(folder) + "'", errno);
  if (!S_ISDIR(status.st_mode) || status.st_uid != ::geteuid() || (status.st_mode & 077) != 0)
    throw Error("'" + shown(folder) + "' is not a folder of this user alone",
                "others could read or change what is kept there: move it away, or set its mode to 0700");
  return folder;
}

std::string read_user_file(const std::string& name) {
  const fs::path path = user_folder() / name;
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file.get() < 0 && errno == ENOENT) return "";
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0)
    throw_system_error("cannot read '" + shown(path) + "'", errno);
  if (!S_ISREG(status.st_mode) || status.st_uid != ::geteuid() || (status.st_mode & 077) != 0 ||
      static_cast<size_t>(status.st_size) > kMost)
    throw Error("'" + shown(path) + "' is not a file of this user alone", "move it away");
  std::string content(static_cast<size_t>(status.st_size), '\0');
  read_exactly(file, content.data(), content.size(), 0, path);
  return content;
}

void write_user_file(const std::string& name, std::string_view content) {
  const fs::path path = user_folder() / name;
  AtomicFile file(path);
  file.restrict_to_owner();
  file.append(content);
  file.commit();
}

}  // namespace dcgan
