#include "core/platform/io/leftovers.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>

#include "core/io/digest.hpp"

namespace dcgan {
namespace {

constexpr size_t kMarkDigits = 8, kRandomBytes = 16, kLongestEnding = 16;

bool is_hexadecimal(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Of this run of the system's kernel, which containers share; "" when it does not tell.
const std::string& mark_of_system() {
  static const std::string mark = [] {
    const FileHandle file(::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
    char id[36];
    if (file.get() < 0 || ::read(file.get(), id, sizeof id) != sizeof id) return std::string();
    return sha256_hex({id, sizeof id}).substr(0, kMarkDigits);
  }();
  return mark;
}

bool is_old(const struct stat& status) {
  constexpr time_t kWeek = 7 * 24 * 3600;
  return std::max(status.st_mtim.tv_sec, status.st_ctim.tv_sec) < std::time(nullptr) - kWeek;
}

}  // namespace

std::string random_name(std::string_view prefix, std::string_view ending) {
  std::array<unsigned char, kRandomBytes> random;
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size()))
    throw_system_error("the system gives no random numbers", errno);
  std::string name(prefix);
  name += mark_of_system().empty() ? std::string(kMarkDigits, '0') : mark_of_system();
  name += '-';
  for (const unsigned char byte : random)
    for (const int digit : {byte >> 4, byte & 15}) name += "0123456789abcdef"[digit];
  const bool is_plain = ending.size() <= kLongestEnding && std::all_of(ending.begin(), ending.end(), [](char c) {
                          return c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
                        });
  return is_plain ? name + std::string(ending) : name;
}

bool is_random_name(std::string_view name, std::string_view prefix) {
  const size_t digits = prefix.size() + kMarkDigits + 1 + 2 * kRandomBytes;
  if (!name.starts_with(prefix) || name.size() < digits || name.size() > digits + kLongestEnding) return false;
  return is_hexadecimal(name.substr(prefix.size(), kMarkDigits)) && name[prefix.size() + kMarkDigits] == '-' &&
         is_hexadecimal(name.substr(digits - 2 * kRandomBytes, 2 * kRandomBytes)) &&
         (name.size() == digits || name[digits] == '.');
}

bool hold(const FileHandle& handle) {
  if (::flock(handle.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
  struct stat status {};
  return ::fstat(handle.get(), &status) == 0 && status.st_nlink > 0;
}

bool is_abandoned(const FileHandle& handle, std::string_view name, std::string_view prefix) {
  struct stat status {};
  if (::fstat(handle.get(), &status) != 0 || status.st_uid != ::geteuid()) return false;
  const bool is_locked = ::flock(handle.get(), LOCK_EX | LOCK_NB) == 0;
  if (!is_locked && errno == EWOULDBLOCK) return false;
  const bool is_of_this_system =
      !mark_of_system().empty() && name.substr(prefix.size(), kMarkDigits) == mark_of_system();
  return (is_locked && is_of_this_system) || is_old(status);
}

}  // namespace dcgan
