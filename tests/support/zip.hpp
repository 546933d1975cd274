// ZIP archives made by hand, sound or not.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/deflated.hpp"

namespace dcgan::test {

class ZipMaker {
 public:
  /// What its directory says may differ from what is there.
  struct Entry {
    std::string name, packed;
    uint32_t crc = 0;
    uint64_t bytes = 0;
    uint16_t method = 0;
    size_t header_at = 0;
  };

  ZipMaker& add(const std::string& name, const std::string& content, bool deflates = false) {
    Entry entry{
        name, deflates ? deflated(content) : content, crc_of(content), content.size(), uint16_t(deflates ? 8 : 0), 0};
    entry.header_at = bytes_.size();
    bytes_ += number(0x04034b50, 4) + number(20, 2) + number(0, 2) + sizes(entry) + number(name.size(), 2) +
              number(0, 2) + name + entry.packed;
    entries.push_back(entry);
    return *this;
  }
  std::string whole() const {
    std::string directory;
    for (const Entry& entry : entries)
      directory += number(0x02014b50, 4) + number(20, 2) + number(20, 2) + number(0, 2) + sizes(entry) +
                   number(entry.name.size(), 2) + std::string(12, '\0') + number(entry.header_at, 4) + entry.name;
    const std::string count = number(entries.size() & 0xFFFF, 2);
    return bytes_ + directory + number(0x06054b50, 4) + number(0, 4) + count + count + number(directory.size(), 4) +
           number(bytes_.size(), 4) + number(0, 2);
  }
  std::vector<Entry> entries;

 private:
  static std::string number(uint64_t value, int width) {
    std::string out;
    for (int i = 0; i < width; ++i) out += static_cast<char>(value >> 8 * i);
    return out;
  }
  /// Method, time, date, checksum and both sizes.
  static std::string sizes(const Entry& entry) {
    return number(entry.method, 2) + number(0, 4) + number(entry.crc, 4) + number(entry.packed.size(), 4) +
           number(entry.bytes, 4);
  }
  std::string bytes_;
};

}  // namespace dcgan::test
