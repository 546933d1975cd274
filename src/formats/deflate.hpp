// Deflate data (RFC 1951, and RFC 1952 around them) and CRC-32. For archives: formats/zip.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/platform/io/file.hpp"

namespace dcgan {

/// What `packed` unpacks to: exactly `bytes` of them, made from exactly all of `packed`. Empty optional for anything
/// else. Takes memory of `bytes`: the caller bounds it. Thread safe.
std::optional<std::string> inflated_exactly(std::string_view packed, uint64_t bytes);

/// At most the first `bytes` of what was gzipped into a file (RFC 1952); empty where nothing can be unpacked.
std::string head_of_gzip(const fs::path& path, size_t bytes);

/// CRC-32 as ZIP archives and PNG keep it.
uint32_t crc32_of(std::string_view bytes);

}  // namespace dcgan
