#include "core/io/digest.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "core/error.hpp"

namespace dcgan {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  if (!state_->context || EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) != 1)
    throw Error("SHA-256 is not available in this OpenSSL");
}
Sha256::~Sha256() = default;

void Sha256::add(const void* data, size_t bytes) {
  if (EVP_DigestUpdate(state_->context, data, bytes) != 1) throw Error("SHA-256 failed");
}

std::string Sha256::hex() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (EVP_DigestFinal_ex(state_->context, digest, &length) != 1) throw Error("SHA-256 failed");
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (unsigned i = 0; i < length; ++i) {
    out += kDigits[digest[i] >> 4];
    out += kDigits[digest[i] & 15];
  }
  return out;
}

std::string sha256_hex(std::string_view data) {
  Sha256 digest;
  digest.add(data);
  return digest.hex();
}

std::string hmac_sha256_hex(std::string_view key, std::string_view data) {
  constexpr size_t kBlock = 64;
  constexpr uint8_t kInner = 0x36, kOuter = 0x5c;
  std::array<uint8_t, kBlock> block{};
  const auto fill = [&](const auto& bytes) { std::copy(bytes.begin(), bytes.end(), block.begin()); };
  if (key.size() > kBlock)
    fill(digest_bytes(sha256_hex(key)));
  else
    fill(key);
  const auto digest_of = [&](uint8_t pad, const auto& more) {
    std::array<uint8_t, kBlock> padded{};
    for (size_t i = 0; i < kBlock; ++i) padded[i] = block[i] ^ pad;
    Sha256 digest;
    digest.add(padded.data(), padded.size());
    digest.add(more.data(), more.size());
    return digest.hex();
  };
  return digest_of(kOuter, digest_bytes(digest_of(kInner, data)));
}

DigestBytes digest_bytes(std::string_view hex) {
  const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  DigestBytes bytes{};
  for (size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<uint8_t>(value(hex[2 * i]) << 4 | value(hex[2 * i + 1]));
  return bytes;
}

std::string digest_hex(const DigestBytes& bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const uint8_t byte : bytes) hex += kDigits[byte >> 4], hex += kDigits[byte & 15];
  return hex;
}

}  // namespace dcgan
