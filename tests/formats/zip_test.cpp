// ZIP archives: the reader, and archives of pictures as data sets. The archives are goldens/archives.py's.
#include "formats/zip.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "dataset/source.hpp"
#include "support/pictures.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

fs::path golden(const std::string& name) { return fs::path(DCGAN_TEST_GOLDENS) / name; }

const ZipEntry& entry_named(const ZipFile& zip, const std::string& name) {
  for (const auto& entry : zip.entries())
    if (entry.name == name) return entry;
  throw std::runtime_error("no entry " + name);
}

std::string ppm(int number) {
  std::string out = "P6\n4 4\n255\n";
  for (int p = 0; p < 16; ++p) out += static_cast<char>(number), out += static_cast<char>(p), out += '\7';
  return out;
}

TEST(ZipFile, ReadsEntriesHoweverTheyArePacked) {
  for (const char* name : {"stored.zip", "deflated.zip", "zip64.zip"}) {
    const ZipFile zip(golden(name));
    EXPECT_EQ(zip.read(entry_named(zip, "a/deep/4.ppm")), ppm(4)) << name;
    EXPECT_EQ(zip.read(entry_named(zip, "a/")), "") << name;
  }
}

TEST(ZipFile, ReadsTheBeginningOfAnEntryAlone) {
  for (const char* name : {"stored.zip", "deflated.zip"}) {
    const ZipFile zip(golden(name));
    EXPECT_EQ(zip.read(entry_named(zip, "5.ppm"), 11), ppm(5).substr(0, 11)) << name;
  }
}

/// Every way of damaging one archive that a flipped byte or a cut can do: an Error or the right content, nothing else.
TEST(ZipFile, DamagedAnywhereIsAnErrorOrDoesNotMatter) {
  const TemporaryFolder folder;
  for (const char* name : {"stored.zip", "deflated.zip", "zip64.zip"}) {
    const std::string whole = read_text(golden(name));
    const ZipFile sound(golden(name));
    const auto check = [&](const std::string& damaged) {
      write_text(folder / "x.zip", damaged);
      try {
        const ZipFile zip(folder / "x.zip");
        for (const auto& entry : zip.entries()) {
          const std::string content = zip.read(entry);
          for (const auto& one : sound.entries()) {
            if (one.name == entry.name && one.crc == entry.crc) {
              EXPECT_EQ(content, sound.read(one)) << name;
            }
          }
        }
      } catch (const Error&) {
      }
    };
    for (size_t at = 0; at < whole.size(); ++at)
      for (const char flip : {'\1', '\x80', '\xff'}) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ flip);
        check(damaged);
      }
    for (size_t size = 0; size < whole.size(); size += 7) check(whole.substr(0, size));
  }
}

TEST(ZipFile, CutOffSaysSo) {
  const TemporaryFolder folder;
  const std::string whole = read_text(golden("stored.zip"));
  write_text(folder / "cut.zip", whole.substr(0, whole.size() / 2));
  EXPECT_CONTAINS(thrown_by([&] { ZipFile(folder / "cut.zip"); }).what, "cut.zip' is damaged");
}

TEST(ZipFile, RefusesAWrongChecksumAndEncryptedEntries) {
  const ZipFile zip(golden("stored.zip"));
  ZipEntry entry = entry_named(zip, "5.ppm");
  entry.crc ^= 1;
  EXPECT_CONTAINS(thrown_by([&] { zip.read(entry); }).what, "wrong checksum");
  entry.encrypted = true;
  EXPECT_CONTAINS(thrown_by([&] { zip.read(entry); }).what, "encrypted");
}

TEST(ZipFile, InflatesNoMoreThanAnEntryCanHold) {
  const ZipFile zip(golden("deflated.zip"));
  ZipEntry entry = entry_named(zip, "5.ppm");
  entry.bytes = uint64_t{1} << 29;  // half a GiB from some forty bytes
  EXPECT_CONTAINS(thrown_by([&] { zip.read(entry); }).what, "impossible size");
  entry.bytes = entry_named(zip, "5.ppm").bytes - 1;
  EXPECT_CONTAINS(thrown_by([&] { zip.read(entry); }).what, "damaged");
}

TEST(ZipSource, HasTheClassesOfItsFolders) {
  const auto source = open_source(golden("deflated.zip"));
  EXPECT_EQ(source->kind(), "ZIP archive");
  EXPECT_EQ(source->classes(), (std::vector<std::string>{"a", "b"}));
  std::vector<std::string> names;
  std::vector<int32_t> labels;
  for (int64_t i = 0; i < source->count(); ++i) names.push_back(source->name(i)), labels.push_back(source->label(i));
  EXPECT_EQ(names, (std::vector<std::string>{"5.ppm", "a/0.ppm", "a/1.ppm", "a/deep/4.ppm", "a/notes.txt", "b/2.ppm",
                                             "b/3.ppm"}));
  EXPECT_EQ(labels, (std::vector<int32_t>{-1, 0, 0, 0, 0, 1, 1}));
  EXPECT_EQ(source->read(3, 64, nullptr).pixels[0], 4);
}

TEST(ZipSource, TakesLabelsFromItsDatasetJson) {
  const auto source = open_source(golden("stored.zip"));
  EXPECT_EQ(source->classes(), (std::vector<std::string>{"0", "1", "2"}));
  std::vector<int32_t> labels;
  for (int64_t i = 0; i < source->count(); ++i) labels.push_back(source->label(i));
  EXPECT_EQ(labels, (std::vector<int32_t>{0, 2, 0, -1, -1, 1, 2}));
}

TEST(ZipSource, WithOtherLabelsIsAnotherSet) {
  const auto identity = [](const Source& source) { return source.identity_of(1, "digest"); };
  EXPECT_NE(identity(*open_source(golden("stored.zip"))), identity(*open_source(golden("deflated.zip"))));
}

}  // namespace
}  // namespace dcgan::test
