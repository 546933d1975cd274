// Archives as every program writes them, against Python's zipfile: zip_variants.py makes them and says what it reads.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <memory>

#include "core/json.hpp"
#include "dataset/source.hpp"
#include "formats/deflate.hpp"
#include "formats/zip.hpp"
#include "support/process.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"
#include "support/zip.hpp"

namespace dcgan::test::zip_variants {
namespace {

/// What is in an archive: name to checksum of the bytes, or to why there are none. Else why it is refused.
struct Read {
  std::map<std::string, Json> files;
  std::string refusal;
};

Read read_by_us(const fs::path& path) {
  Read read;
  try {
    const ZipFile zip(path);
    for (const auto& entry : zip.entries()) {
      if (entry.is_folder) continue;
      try {
        read.files[path_of(entry)] = crc32_of(zip.read(entry));
      } catch (const Error& error) {
        read.files[path_of(entry)] = error.what();
      }
    }
  } catch (const Error& error) {
    read.refusal = error.what();
  }
  return read;
}

Read as_told(const Json& told) {
  Read read;
  if (told.is_string()) read.refusal = told;
  if (told.is_array())
    for (const auto& pair : told) read.files[pair[0]] = pair[1];
  return read;
}

/// Empty when `ours` is what is right: the same checksums, and of texts a part.
std::string difference(const Read& ours, const Read& right) {
  if (right.refusal.empty() != ours.refusal.empty()) return "refused: " + ours.refusal;
  if (!contains(ours.refusal, right.refusal)) return ours.refusal;
  for (const auto& [name, value] : right.files) {
    const auto found = ours.files.find(name);
    if (found == ours.files.end()) return "no '" + name + "'";
    const bool is_right = value.is_string() ? contains(compact(found->second), value) : found->second == value;
    if (!is_right) return name + ": " + compact(found->second);
  }
  return ours.files.size() == right.files.size() ? "" : "more than there is";
}

class ZipVariants : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string python = DCGAN_TEST_ANY_PYTHON;
    if (python.empty()) return;
    folder = std::make_unique<TemporaryFolder>();
    const auto [said, status] =
        output_of("'" + python + "' '" + DCGAN_TEST_SOURCE + "/zip_variants.py' '" + folder->path().native() + "'");
    ASSERT_EQ(status, 0) << said;
    told = Json::parse(said);
  }
  static void TearDownTestSuite() { folder.reset(); }
  void SetUp() override {
    if (!folder) GTEST_SKIP() << "no python3";
  }
  /// The path, what zipfile reads and what is right; without those of a zipfile that refuses what others read.
  static void each(const std::function<void(const std::string&, const fs::path&, const Read&, const Read&)>& look) {
    for (const auto& [name, said] : told.items()) {
      const Json& right = said["right"].is_null() ? said["read"] : said["right"];
      if (!right.is_null()) look(name, *folder / (name + ".zip"), as_told(said["read"]), as_told(right));
    }
  }
  static inline std::unique_ptr<TemporaryFolder> folder;
  static inline Json told;
};

TEST_F(ZipVariants, AreReadAsPythonDoesOrRightOrRefusedByName) {
  int as_python = 0, right_where_python_is_not = 0, refused = 0;
  each([&](const std::string& name, const fs::path& path, const Read& by_python, const Read& right) {
    const Read ours = read_by_us(path);
    EXPECT_EQ(difference(ours, right), "") << name;
    const bool agrees = difference(ours, by_python).empty() && !(by_python.files.empty() && !right.files.empty());
    refused += !ours.refusal.empty(), as_python += ours.refusal.empty() && agrees;
    right_where_python_is_not += ours.refusal.empty() && !agrees;
  });
  EXPECT_GE(as_python, 60);
  EXPECT_GE(told.size(), 100u);
  std::printf("%zu archives: %d as zipfile reads them, %d right where it refuses or misreads, %d refused by name\n",
              told.size(), as_python, right_where_python_is_not, refused);
}

TEST_F(ZipVariants, AreDataSetsOfTheSamePictures) {
  each([](const std::string& name, const fs::path& path, const Read&, const Read& right) {
    if (right.files.empty()) return;
    const auto source = open_source(path);
    EXPECT_EQ(source->count(), static_cast<int64_t>(right.files.size())) << name;
    int64_t unreadable = 0, refused = 0;
    for (const auto& [file, value] : right.files) refused += value.is_string();
    for (int64_t i = 0; i < source->count() && refused > 0; ++i) unreadable += !source->probe(i).problem.empty();
    EXPECT_EQ(unreadable, refused) << name;
  });
}

/// Beyond 4 GiB without ZIP64 every place is written modulo 2^32. The file is nearly all hole.
TEST(ZipFile, FindsEntriesWhosePlacesWereWrittenModulo32Bits) {
  const TemporaryFolder folder;
  constexpr uint64_t k4GiB = uint64_t{1} << 32;
  const std::string one = ZipMaker().add("a/low.txt", "low").whole();
  const std::string whole = ZipMaker().add("a/low.txt", "low").add("a/high.txt", "high").whole();
  const size_t cut = one.find("PK\1\2");  // the first entry stays in front, all behind it lies 4 GiB further on
  {
    std::ofstream file(folder / "x.zip", std::ios::binary);
    file << whole.substr(0, cut);
    file.seekp(static_cast<std::streamoff>(k4GiB + cut));
    file << whole.substr(cut);
  }
  const ZipFile zip(folder / "x.zip");
  ASSERT_EQ(zip.entries().size(), 2u);
  EXPECT_EQ(zip.read(zip.entries()[0]), "low");
  EXPECT_EQ(zip.read(zip.entries()[1]), "high");
  EXPECT_EQ(zip.entries()[1].header_at, k4GiB + cut);
  EXPECT_EQ(open_source(folder / "x.zip")->count(), 2);
}

TEST(ZipFile, InPartsSaysHowToJoinThem) {
  const TemporaryFolder folder;
  const std::string whole = ZipMaker().add("a/0.ppm", std::string(300, 'x')).whole();
  write_text(folder / "big.zip.001", whole.substr(0, 200));
  write_text(folder / "big.zip.002", whole.substr(200));
  const Thrown first = thrown_by([&] { open_source(folder / "big.zip.001"); });
  EXPECT_CONTAINS(first.what, "is one part of a ZIP archive in several");
  const std::string command = first.hint.substr(first.hint.find("cat "));
  ASSERT_EQ(output_of(command).second, 0) << command;
  EXPECT_EQ(open_source(folder / "whole.zip")->count(), 1);
  write_text(folder / "old.z01", "PK\7\10" + whole.substr(0, 200));
  EXPECT_CONTAINS(thrown_by([&] { open_source(folder / "old.z01"); }).hint,
                  "zip -s 0 " + (folder / "old.zip").native() + " --out ");
}

TEST(ZipSource, SaysWhatItDoesNotUse) {
  const TemporaryFolder folder;
  ZipMaker maker;
  for (const char* content : {"first", "second"})
    for (int i = 10; i < 22; ++i) maker.add("a/" + std::to_string(i) + ".png", content);
  write_text(folder / "x.zip", maker.whole());
  const auto source = open_source(folder / "x.zip");
  EXPECT_EQ(source->count(), 12);
  ASSERT_EQ(source->remarks().size(), 1u);
  EXPECT_CONTAINS(source->remarks()[0], "12 files in the archive have the name of a later one, which counts: 'a/10");
  EXPECT_CONTAINS(source->remarks()[0], " and 2 more");
  write_text(folder / "two.zip", ZipMaker().add("b/1.png", "x").whole() + maker.whole());
  const auto two = open_source(folder / "two.zip");
  ASSERT_EQ(two->remarks().size(), 2u);
  EXPECT_CONTAINS(two->remarks()[0], "another archive stands in front of this one");
}

}  // namespace
}  // namespace dcgan::test::zip_variants
