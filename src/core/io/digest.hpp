// SHA-256 (FIPS 180-4), by OpenSSL's libcrypto. Used for identities of data, checksums of files and seals of messages.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace dcgan {

/// A running SHA-256. Not thread safe; one object a stream.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(const void* data, size_t bytes);
  void add(std::string_view text) { add(text.data(), text.size()); }
  /// 64 hexadecimal digits; the object takes no more data afterwards.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_hex(std::string_view data);
/// HMAC-SHA-256 (RFC 2104), 64 hexadecimal digits: says that who made `data` knows `key`.
std::string hmac_sha256_hex(std::string_view key, std::string_view data);

using DigestBytes = std::array<uint8_t, 32>;
/// Between 64 lower-case hexadecimal digits and the 32 bytes that they stand for.
DigestBytes digest_bytes(std::string_view hex);
std::string digest_hex(const DigestBytes& bytes);

}  // namespace dcgan
