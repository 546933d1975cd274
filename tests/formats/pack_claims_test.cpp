// What a pack claims, number by number, with checksums that are right: refused, or true.
#include <gtest/gtest.h>

#include <cstring>

#include "core/checked.hpp"
#include "formats/pack_file.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::pack_claims {
namespace {

constexpr int64_t kBytes = 2 * 2 * 3, kSlots = 5;
constexpr size_t kTables = 4096 + (kSlots * kBytes + 15) / 16 * 16 + kSlots * sizeof(PackEntry);

/// Pictures 0, 2 and 3 of five; of 2 shards the second when it is one.
std::string made(const fs::path& path, bool is_shard) {
  const Shard shard = is_shard ? Shard{2 * kSlots, 2, 2} : Shard{kSlots};
  PackText text;
  text.size = {2, 2}, text.channels = 3, text.classes = {"a", "b"}, text.identity = "identity";
  text.skipped = {{"x.png", "damaged"}, {"y.png", "damaged"}};
  text.origin = {std::string(64, 'a'), "/data", "stamp", {{"fit", "pad"}}};
  PackWriter writer(path, std::string(64, 'a'), shard, kBytes);
  std::vector<uint32_t> slots;
  for (const int64_t slot : {0, 2, 3}) {
    writer.put(shard.first() + slot, std::vector<uint8_t>(kBytes, static_cast<uint8_t>(slot)).data(),
               std::string(64, 'b'));
    slots.push_back(static_cast<uint32_t>(slot));
  }
  writer.seal(text, slots, {1, -1, 0});
  writer.commit();
  return read_text(path);
}

PackFile opened(const fs::path& path) { return {path, "`pack`"}; }

class PackClaims : public ::testing::TestWithParam<bool> {
 protected:
  /// The pack with its checksum made right for where its entries are said to lie.
  static std::string checked(std::string bytes) {
    uint64_t slots = 0, image_bytes = 0;
    std::memcpy(&slots, bytes.data() + 16, 8), std::memcpy(&image_bytes, bytes.data() + 24, 8);
    const auto at = ((Checked(slots) * image_bytes) + 4096).rounded_up(16).value();
    if (at && *at < bytes.size()) bytes.replace(112, 64, sha256_hex(std::string_view(bytes).substr(*at)));
    return bytes;
  }
  Json json() const { return parse_json(std::string_view(whole).substr(kTables + 3 * 8), "x"); }
  std::string with_json(const std::string& text) const {
    std::string bytes = whole.substr(0, kTables + 3 * 8) + text;
    const uint64_t size = text.size();
    std::memcpy(bytes.data() + 40, &size, 8);
    return checked(bytes);
  }
  std::string with_json(const Json& changed) const { return with_json(compact(changed)); }
  std::string with_bytes(size_t at, uint64_t value, size_t width) const {
    std::string bytes = whole;
    std::memcpy(bytes.data() + at, &value, width);
    return checked(bytes);
  }
  /// Refused with an error that names the file; or it holds three whole pictures that lie in it.
  void expect_refused_or_true(const std::string& bytes, const std::string& what) {
    write_text(path, bytes);
    try {
      PackFile pack = opened(path);
      const PackText text = pack.take_text();
      ASSERT_EQ(text.image_bytes(), kBytes) << what;
      ASSERT_TRUE(text.size.width > 0 && text.size.height > 0) << what;
      ASSERT_TRUE(text.channels == 1 || text.channels == 3 || text.channels == 4) << what;
      for (int64_t i = 0; i < pack.count(); ++i) {
        std::vector<uint8_t> out(kBytes);
        pack.copy(i, out.data());
        ASSERT_LT(pack.label(i), static_cast<int32_t>(text.classes.size())) << what;
      }
    } catch (const Error& error) {
      EXPECT_CONTAINS(error.what(), "x.pack") << what;
    }
  }
  void expect_refused(const std::string& bytes, const std::string& what) {
    write_text(path, bytes);
    try {
      const PackFile pack = opened(path);
      ADD_FAILURE() << what << " was believed";
    } catch (const Error& error) {
      EXPECT_CONTAINS(error.what(), "x.pack") << what;
    }
  }

  TemporaryFolder folder;
  fs::path path = folder / "x.pack";
  std::string whole = made(path, GetParam());
};

constexpr uint64_t kNasty[] = {0,
                               1,
                               2,
                               3,
                               6,
                               0x7F,
                               0xFFFF,
                               1u << 31,
                               (1u << 31) - 1,
                               uint64_t{1} << 32,
                               (uint64_t{1} << 32) + 5,
                               uint64_t{1} << 40,
                               uint64_t{1} << 60,
                               uint64_t{1} << 62,
                               INT64_MAX,
                               uint64_t{1} << 63,
                               UINT64_MAX,
                               UINT64_MAX - 11,
                               UINT64_MAX - 4095,
                               UINT64_MAX / 12,
                               UINT64_MAX / 12 + 1,
                               UINT64_MAX / 40 + 1};

TEST_P(PackClaims, OfTheHeaderAreNeverBelievedBeyondTheFile) {
  EXPECT_EQ(checked(whole), whole);
  for (const size_t at : {16, 24, 32, 40})  // slots, bytes of a picture, pictures, bytes of JSON
    for (const uint64_t value : kNasty) {
      const std::string what = "byte " + std::to_string(at) + ": " + std::to_string(value);
      expect_refused_or_true(with_bytes(at, value, 8), what);
      for (const uint64_t other : kNasty) {  // two lies that may cancel out
        std::string bytes = with_bytes(at, value, 8);
        std::memcpy(bytes.data() + (at == 16 ? 24 : 16), &other, 8);
        expect_refused_or_true(checked(bytes), what + " and " + std::to_string(other));
      }
    }
  for (const size_t at : {8, 12})
    for (const uint64_t value : kNasty) expect_refused_or_true(with_bytes(at, value, 4), "byte " + std::to_string(at));
}

TEST_P(PackClaims, OfTablesAreNeverBelievedBeyondTheFile) {
  for (size_t i = 0; i < 3; ++i)
    for (const uint64_t value : {uint64_t{kSlots}, uint64_t{1} << 31, uint64_t{UINT32_MAX}})
      expect_refused(with_bytes(kTables + 4 * i, value, 4), "slot " + std::to_string(value));
  expect_refused(with_bytes(kTables + 4, 0, 4), "one picture twice");
  expect_refused(with_bytes(kTables + 4, 3, 4), "one picture twice");
  for (size_t i = 0; i < 3; ++i)
    for (const int32_t value : {-2, 2, INT32_MAX, INT32_MIN})
      expect_refused(with_bytes(kTables + 12 + 4 * i, static_cast<uint32_t>(value), 4),
                     "label " + std::to_string(value));
}

TEST_P(PackClaims, OfItsTextAreNeverBelievedBeyondTheFile) {
  std::vector<std::string> values = {"-1",   "0",     "2.5", "1e300", "-2",  "null",
                                     "true", "\"2\"", "[]",  "{}",    "[2]", "65537"};
  for (const uint64_t value : kNasty)
    if (value > 3) values.push_back(std::to_string(value)), values.push_back("-" + std::to_string(value / 2));
  const Json sound = json();
  for (const auto& [key, value] : sound.items()) {
    for (const auto& text : values) {
      Json changed = sound;
      changed[key] = Json::parse(text);
      expect_refused_or_true(with_json(changed), key + ": " + text);
    }
    Json without = sound;
    without.erase(key);
    expect_refused_or_true(with_json(without), "without " + key);
  }
  for (const char* key : {"width", "height", "channels"})
    for (const auto& text : values) {
      if (text == "6") continue;
      Json changed = sound;
      changed[key] = Json::parse(text);
      expect_refused(with_json(changed), key + std::string(": ") + text);
    }
  if (!sound.contains("shard")) return;
  for (const auto& [key, value] : sound["shard"].items())
    for (const auto& text : values) {
      Json changed = sound;
      changed["shard"][key] = Json::parse(text);
      expect_refused(with_json(changed), key + ": " + text);
    }
}

TEST_P(PackClaims, OfSidesThatMultiplyToTheRightSizeMustBeSides) {
  const int64_t lies[][3] = {{-2, -2, 3}, {2, 3, 2},
                             {-2, 2, -3}, {2, -2, -3},
                             {1, 1, 12},  {int64_t{1} << 62, 4, 3},
                             {3, 2, 2},   {6148914691236517209, 1, 3},
                             {12, 1, -1}, {4294967298, 4294967298, 3}};
  for (const auto& [width, height, channels] : lies) {
    Json changed = json();
    changed["width"] = width, changed["height"] = height, changed["channels"] = channels;
    expect_refused(with_json(changed), std::to_string(width) + " x " + std::to_string(height));
  }
  Json wide = json();
  wide["width"] = 12, wide["height"] = 1, wide["channels"] = 1;
  expect_refused_or_true(with_json(wide), "12 x 1");
}

TEST_P(PackClaims, OfDeepOrEndlessTextAreAnErrorOfOneLine) {
  expect_refused(with_json(std::string(1 << 20, '[')), "deep");
  expect_refused(with_json("{\"a\":" + std::string(100'000, '[') + "}"), "deep");
  expect_refused(with_json(std::string(1 << 20, ' ')), "blank");
  Json changed = json();
  changed["options"]["fit"] = 7;
  expect_refused(with_json(changed), "fit");
  for (const size_t more : {1u, 2u, 1000u}) {
    Json skipped = json();
    for (size_t i = 0; i < more; ++i) skipped["skipped"].push_back({{"name", "n"}, {"reason", "r"}});
    expect_refused(with_json(skipped), "skipped more than there are");
  }
}

TEST_P(PackClaims, OfTextsNeverReachATerminal) {
  Json changed = json();
  changed["classes"] = {"\x1b[2Ja", "b"}, changed["skipped"][0]["name"] = "\x1b]0;x\x07";
  write_text(path, with_json(changed));
  const PackText text = opened(path).take_text();
  EXPECT_EQ(text.classes[0], "\\x1b[2Ja");
  EXPECT_EQ(text.skipped[0].first, "\\x1b]0;x\\x07");
}

INSTANTIATE_TEST_SUITE_P(KindsOfPacks, PackClaims, ::testing::Bool(),
                         [](const auto& info) { return std::string(info.param ? "Shard" : "Whole"); });

/// A pack that changes while it is open must not lead to bytes behind the file.
TEST(PackThatChanges, NeverReadsBeyondItself) {
  const TemporaryFolder folder;
  const fs::path path = folder / "x.pack";
  std::string bytes = made(path, false);
  const PackFile pack = opened(path);
  const uint32_t far = UINT32_MAX / 2;
  std::memcpy(bytes.data() + kTables, &far, 4);
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary)
      .write(bytes.data(), static_cast<long>(bytes.size()));
  std::vector<uint8_t> out(kBytes);
  pack.copy(0, out.data());
  EXPECT_EQ(out, std::vector<uint8_t>(kBytes, 0));
}

}  // namespace
}  // namespace dcgan::test::pack_claims
