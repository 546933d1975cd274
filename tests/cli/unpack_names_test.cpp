// `data unpack` of files whose names lead elsewhere: nothing is written outside of --out, and every picture is in it.
#include <sstream>

#include "dataset/pack_set.hpp"
#include "dataset/source.hpp"
#include "support/hostile_names.hpp"
#include "support/idx.hpp"
#include "support/program.hpp"
#include "support/zip.hpp"

namespace dcgan::test::unpacking {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

class UnpackNames : public ::testing::Test {
 protected:
  /// Every path below the test's folder.
  std::vector<std::string> all_paths() const {
    std::vector<std::string> paths;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(dcgan.at("x")).parent_path()))
      paths.push_back(entry.path().native());
    std::sort(paths.begin(), paths.end());
    return paths;
  }
  /// Unpacks a file into out, deep below; all else stays as it is. How many pictures it found there.
  int64_t unpacked(const std::string& file) {
    const auto before = all_paths();
    const std::string out = dcgan.at("deep/er/out");
    testing::internal::CaptureStdout();
    EXPECT_EQ(dcgan.call({"data", "unpack", dcgan.at(file), "--out", out}), 0);
    testing::internal::GetCapturedStdout();
    int64_t pictures = 0;
    std::vector<std::string> outside;
    for (const auto& path : all_paths())
      if (!path.starts_with(out)) outside.push_back(path);
    for (const auto& entry : fs::recursive_directory_iterator(out)) {
      EXPECT_FALSE(entry.is_symlink());
      pictures += entry.is_regular_file() && entry.path().extension() == ".png";
    }
    EXPECT_EQ(outside, before);
    const auto again = open_source(out);
    EXPECT_EQ(again->count(), pictures) << "not all of it is read again";
    folders = again->classes();
    fs::remove_all(out);
    return pictures;
  }
  void write_pack(const std::string& name, const Names& classes) {
    const auto count = static_cast<int64_t>(classes.size());
    PackWriter writer(dcgan.at(name), std::string(64, 'a'), {count}, 3);
    std::vector<uint32_t> valid;
    std::vector<int32_t> labels;
    PixelsInfo info;
    info.size = {1, 1}, info.channels = 3, info.classes = classes, info.identity = "identity";
    for (int64_t i = 0; i < count; ++i) {
      const uint8_t pixel[3] = {static_cast<uint8_t>(i), 1, 2};
      writer.put(i, pixel, std::string(64, 'b'));
      valid.push_back(static_cast<uint32_t>(i)), labels.push_back(static_cast<int32_t>(i));
    }
    seal(writer, info, {std::string(64, 'a'), "", "", Json::object()}, valid, labels);
    writer.commit();
  }
  UnpackNames() { fs::create_directories(dcgan.at("deep/er")); }

  Program dcgan;
  Names folders;  // as they are read again
};

TEST_F(UnpackNames, OfAPackStayBelowOut) {
  const Names names = hostile_names();
  write_pack("all.pack", names);
  EXPECT_EQ(unpacked("all.pack"), static_cast<int64_t>(names.size()));
  EXPECT_EQ(folders.size(), names.size());
  for (const auto& name : names) {  // each alone, too: another might have been renamed because of its neighbours
    write_pack("one.pack", {name});
    EXPECT_EQ(unpacked("one.pack"), 1) << name;
    EXPECT_EQ(folders.size(), 1u);
  }
}

TEST_F(UnpackNames, OfTwinsAreTwoFolders) {
  write_pack("twins.pack", {"a", "a", "A", "b/c", "b_c"});
  EXPECT_EQ(unpacked("twins.pack"), 5);
  EXPECT_EQ(folders, (Names{"A~3", "a", "a~2", "b_c", "b_c~2"}));
}

TEST_F(UnpackNames, OfCifarStayBelowOut) {
  const Names names = hostile_names();
  for (size_t first = 0; first < names.size(); first += 10) {
    fs::remove_all(dcgan.at("cifar"));
    std::string lines, records;
    for (size_t i = 0; i < 10; ++i) {
      std::string name = names[(first + i) % names.size()];
      for (char& c : name) c = c == '\n' || c == '\r' ? '_' : c;
      lines += (name.empty() ? "x" : name) + "\n";
      records += static_cast<char>(i) + std::string(3072, static_cast<char>(i));
    }
    write_text(dcgan.at("cifar/batches.meta.txt"), lines);
    write_text(dcgan.at("cifar/data_batch_1.bin"), records);
    EXPECT_EQ(unpacked("cifar"), 10) << lines;
  }
}

TEST_F(UnpackNames, OfAnArchiveStayBelowOut) {
  ZipMaker zip;
  int64_t pictures = 0;
  for (const auto& name : hostile_names())
    if (!(name + "/x.png").starts_with(".") && name != "__MACOSX" && name.size() < 60'000)
      zip.add(name + "/x.png", encode_png(made_picture(8, 3, static_cast<int>(++pictures))));
  write_text(dcgan.at("x.zip"), zip.whole());
  const auto source = open_source(dcgan.at("x.zip"));
  EXPECT_GT(source->count(), 40);
  EXPECT_EQ(unpacked("x.zip"), source->count());
}

TEST_F(UnpackNames, GivenByHandMustBeNames) {
  write_text(dcgan.at("t-images-idx3-ubyte"), idx_header(8, {2, 4, 4}) + counting_bytes(32));
  write_text(dcgan.at("t-labels-idx1-ubyte"), std::string("\0\0\x08\x01\0\0\0\2\0\1", 10));
  for (const auto& name : hostile_names()) {
    if (name.find('\0') != std::string::npos || name == "~" || name == "~root" || name == "%2e%2e%2fevil" ||
        name == "manifest.csv" || name == "dataset.json" || name == "..;/evil")
      continue;
    const Thrown thrown = dcgan.refusal(
        {"data", "unpack", dcgan.at("t-images-idx3-ubyte"), "--out", dcgan.at("out"), "--names=ok," + name});
    EXPECT_EQ(thrown.exit_code, 2) << name;
    EXPECT_FALSE(fs::exists(dcgan.at("out"))) << name;
  }
}

TEST_F(UnpackNames, AreSaidWhereTheyDiffer) {
  write_pack("x.pack", {"../evil", "plain"});
  const Finished done = dcgan({"data", "unpack", dcgan.at("x.pack"), "--out", dcgan.at("out")});
  ASSERT_EXIT_CODE(done, 0);
  EXPECT_SAYS(done, "the name '../evil' is written as '_.._evil'");
  EXPECT_EQ(done.err.find("plain'"), std::string::npos) << done.err;
}

TEST_F(UnpackNames, OfTheUsersOwnFoldersAreLeftAlone) {
  write_pack("x.pack", {"a"});
  write_text(dcgan.at(".out.unpacking/diary"), "mine");
  fs::create_directory_symlink(dcgan.at(".out.unpacking"), dcgan.at(".dcgan-unpacking-out"));
  ASSERT_EXIT_CODE(dcgan({"data", "unpack", dcgan.at("x.pack"), "--out", dcgan.at("out")}), 0);
  EXPECT_EQ(read_text(dcgan.at(".out.unpacking/diary")), "mine");
  EXPECT_TRUE(fs::exists(dcgan.at("out/a/000000.png")));
}

/// EMNIST's letters: labels 1 to 26. Names are for those, or for all from 0 on.
TEST_F(UnpackNames, AreForTheClassesInUse) {
  std::string labels;
  for (char label = 1; label <= 26; ++label) labels += label;
  write_text(dcgan.at("emnist-letters-train-images-idx3-ubyte"), idx_header(8, {26, 4, 4}) + counting_bytes(26 * 16));
  write_text(dcgan.at("emnist-letters-train-labels-idx1-ubyte"), idx_header(8, {26}) + labels);
  std::string letters;
  for (char letter = 'a'; letter <= 'z'; ++letter) letters += (letters.empty() ? "" : ",") + std::string(1, letter);
  const std::string images = dcgan.at("emnist-letters-train-images-idx3-ubyte");
  for (const std::string& names : {letters, "@," + letters}) {
    const std::string out = "out" + std::to_string(names.size());
    const Finished done = dcgan({"data", "unpack", images, "--out", dcgan.at(out), "--names", names});
    ASSERT_EXIT_CODE(done, 0);
    EXPECT_CONTAINS(done.out, "26 images in 26 classes");
    EXPECT_TRUE(fs::exists(dcgan.at(out + "/a/000000.png")));
    EXPECT_TRUE(fs::exists(dcgan.at(out + "/z/000025.png")));
    EXPECT_EQ(open_source(dcgan.at(out))->classes().size(), 26u);
  }
  const Thrown thrown = dcgan.refusal({"data", "unpack", images, "--out", dcgan.at("x"), "--names", "a,b"});
  EXPECT_CONTAINS(thrown.what, "2 names for 26 classes");
  EXPECT_CONTAINS(thrown.hint, "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 16 more");
}

TEST_F(UnpackNames, OfPicturesThatAreBadAreSaidAndTheOthersUnpacked) {
  const std::string zip = ZipMaker()
                              .add("a/good.png", encode_png(made_picture(8, 3, 1)))
                              .add("a/readme.txt", "no picture")
                              .add("b/cut.png", encode_png(made_picture(8, 3, 2)).substr(0, 60))
                              .whole();
  write_text(dcgan.at("x.zip"), zip);
  const Finished done = dcgan({"data", "unpack", dcgan.at("x.zip"), "--out", dcgan.at("out")});
  ASSERT_EXIT_CODE(done, 0);
  EXPECT_SAYS(done, "skipped 'a/readme.txt': not a picture");
  EXPECT_SAYS(done, "skipped 'b/cut.png'");
  EXPECT_SAYS(done, "no picture of the class 'b' can be read: there is no folder of it");
  EXPECT_CONTAINS(done.out, "1 image in 1 class written to");
  EXPECT_TRUE(fs::exists(dcgan.at("out/a/000000.png")));
  write_text(dcgan.at("none.zip"), ZipMaker().add("readme.txt", "no picture").whole());
  EXPECT_TRUE(
      refused(dcgan.refusal({"data", "unpack", dcgan.at("none.zip"), "--out", dcgan.at("none")}), 1, "no readable"));
  EXPECT_FALSE(fs::exists(dcgan.at("none")));
}

}  // namespace
}  // namespace dcgan::test::unpacking
