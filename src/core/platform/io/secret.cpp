#include "core/platform/io/secret.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "core/platform/io/file.hpp"

namespace dcgan {

std::string random_word(size_t bytes) {
  std::vector<unsigned char> drawn(bytes);
  for (size_t at = 0; at < bytes;) {
    const ssize_t got = ::getrandom(drawn.data() + at, bytes - at, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw_system_error("cannot draw from the system's random source", errno);
    at += static_cast<size_t>(got);
  }
  std::string word;
  for (const unsigned char byte : drawn) word += "0123456789abcdef"[byte >> 4], word += "0123456789abcdef"[byte & 15];
  return word;
}

bool is_same_secret(std::string_view a, std::string_view b) {
  unsigned difference = a.size() != b.size();
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  return difference == 0;
}

}  // namespace dcgan
