// Raw deflate data (RFC 1951) and CRC-32, of whole entries that lie in memory. For archives of a file: dataset/zip.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dcgan {

/// What `packed` unpacks to: exactly `bytes` of them, made from exactly all of `packed`. Empty optional for anything
/// else. Takes memory of `bytes`: the caller bounds it. Thread safe.
std::optional<std::string> inflated_exactly(std::string_view packed, uint64_t bytes);

/// CRC-32 as ZIP archives keep it.
uint32_t crc32_of(std::string_view bytes);

}  // namespace dcgan
