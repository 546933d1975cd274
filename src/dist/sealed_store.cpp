#include "dist/sealed_store.hpp"

#include <utility>

namespace dcgan {
namespace {

std::vector<uint8_t> bytes_of_text(const std::string& text) { return {text.begin(), text.end()}; }

}  // namespace

SealedStore::SealedStore(const std::string& prefix, c10::intrusive_ptr<c10d::Store> store, Seal seal)
    : c10d::PrefixStore(prefix, std::move(store)), seal_(std::move(seal)), seal_length_(seal_ ? seal_("").size() : 0) {}

std::string SealedStore::sealed(const std::string& key, std::string value) const {
  if (!seal_) return value;
  return seal_(prefix_ + '\0' + key + '\0' + value) + value;
}

std::vector<uint8_t> SealedStore::opened(const std::string& key, const std::vector<uint8_t>& value) const {
  constexpr size_t kMost = 64 << 20;  // bytes; the longest of ours are the options of a run
  if (value.size() > kMost) throw Forged();
  if (!seal_) return value;
  if (value.size() < seal_length_) throw Forged();
  const std::string text(value.begin() + static_cast<std::ptrdiff_t>(seal_length_), value.end());
  const std::string right = sealed(key, text);
  uint8_t differs = 0;  // looked at to the end: how long it takes tells nobody how much was guessed
  for (size_t i = 0; i < seal_length_; ++i) differs |= static_cast<uint8_t>(right[i]) ^ value[i];
  if (differs != 0) throw Forged();
  return bytes_of_text(text);
}

void SealedStore::set(const std::string& key, const std::vector<uint8_t>& value) {
  c10d::PrefixStore::set(key, bytes_of_text(sealed(key, {value.begin(), value.end()})));
}

std::vector<uint8_t> SealedStore::get(const std::string& key) { return opened(key, c10d::PrefixStore::get(key)); }

std::vector<uint8_t> SealedStore::compareSet(const std::string& key, const std::vector<uint8_t>& expected,
                                             const std::vector<uint8_t>& desired) {
  const auto value = bytes_of_text(sealed(key, {desired.begin(), desired.end()}));
  try {
    return opened(key, c10d::PrefixStore::compareSet(key, expected, value));
  } catch (const Forged&) {
    c10d::PrefixStore::set(key, value);
    return desired;
  }
}

c10::intrusive_ptr<c10d::Store> SealedStore::clone() {
  return c10::make_intrusive<SealedStore>(prefix_, store_, seal_);
}

}  // namespace dcgan
