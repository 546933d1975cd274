// Folders as people have them: mixed, damaged, oddly named.
#include <zlib.h>

#include "dataset/source.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

const std::string kInvalidName = "bad\xff\xfename.png";

/// A folder with some of everything. `sound` pictures of it can be used.
void make_mixed_folder(const Program& dcgan, const std::string& name, int sound) {
  const std::filesystem::path folder = dcgan.at(name);
  make_pictures(folder / "class one", sound - 3);
  const std::string png = encode_png(made_picture(16, 3, 50));
  write_text(folder / "\xea\xb3\xa0\xec\x96\x91\xec\x9d\xb4" / "\xe7\x8c\xab.png", png);  // Korean folder, Chinese name
  write_text(folder / "class one" / kInvalidName, png);
  write_text(folder / "gray.png", encode_png(made_picture(16, 1, 1)));
  write_text(folder / "cut.png", png.substr(0, png.size() / 2));
  write_text(folder / "empty.png", "");
  write_text(folder / "notes.txt", "no picture");
  write_text(folder / "anim.gif", "GIF89a\x10\x01\x10\x01");
  write_text(folder / "phone.heic", std::string("\0\0\0\x18"
                                                "ftypheic",
                                                12));
  write_text(folder / ".hidden.png", png);
  write_text(folder / "._resource.png", png);
  write_text(folder / "Thumbs.db", "x");
  write_text(folder / "__MACOSX" / "x.png", png);
  write_text(folder / "old run" / "config.json", "{}");
  std::filesystem::create_directories(folder / "old run" / "checkpoints");
  write_text(folder / "old run" / "samples" / "0.png", png);
  std::filesystem::create_directory_symlink("..", folder / "class one" / "loop");
}

TEST(MixedFolder, TrainsOnWhatIsSoundAndNamesTheRestInTheLog) {
  Program dcgan;
  make_mixed_folder(dcgan, "mixed", 8);
  const Finished result = dcgan(dcgan.small_train("mixed", "run", {"--images", "40"}));
  ASSERT_EXIT_CODE(result, 0);
  EXPECT_SAYS(result, "8 images");
  EXPECT_SAYS(result, "old run");
  std::map<std::string, std::string> skipped;
  const std::string log = read_text(dcgan.at("run/log.jsonl"));
  for (size_t start = 0, end; (end = log.find('\n', start)) != std::string::npos; start = end + 1) {
    const Json line = Json::parse(log.substr(start, end - start));
    if (line.value("event", "") == "skipped") skipped[line["name"]] = line["reason"];
  }
  ASSERT_EQ(skipped.size(), 5u);
  EXPECT_NE(skipped["cut.png"].find("damaged PNG"), std::string::npos);
  EXPECT_NE(skipped["empty.png"].find("empty"), std::string::npos);
  EXPECT_NE(skipped["notes.txt"].find("not a picture"), std::string::npos);
  EXPECT_NE(skipped["anim.gif"].find("GIF"), std::string::npos);
  EXPECT_NE(skipped["phone.heic"].find("heif-convert"), std::string::npos);
}

TEST(MixedFolder, StrictStopsAtTheFirstBadFileAndLeavesNoRun) {
  Program dcgan;
  make_mixed_folder(dcgan, "mixed", 8);
  for (int time = 0; time < 2; ++time) {
    EXPECT_TRUE(
        refused(dcgan.refusal(dcgan.small_train("mixed", "run", {"--images", "40", "--strict"})), 1, "--strict"));
    EXPECT_FALSE(std::filesystem::exists(dcgan.at("run")));
  }
}

TEST(Doctor, CountsEverythingAndSurvivesEveryName) {
  Program dcgan;
  make_mixed_folder(dcgan, "mixed", 8);
  const Finished result = dcgan({"doctor", dcgan.at("mixed"), "--json"});
  ASSERT_EXIT_CODE(result, 0);
  const Json report = Json::parse(result.out);
  EXPECT_EQ(report["files"], 13);
  EXPECT_EQ(report["usable"], 8);
  EXPECT_EQ(report["unusable"].size(), 5u);
  EXPECT_EQ(report["smaller"].size(), 8u);
  EXPECT_EQ(report["classes"]["class one"], 6);
  EXPECT_EQ(report["classes"]["\xea\xb3\xa0\xec\x96\x91\xec\x9d\xb4"], 1);
  ASSERT_EQ(report["duplicates"].size(), 1u);
  EXPECT_EQ(report["duplicates"][0].size(), 2u);
  EXPECT_NE(result.out.find("bad\\\\xff\\\\xfename.png"), std::string::npos);
  EXPECT_EXIT_CODE(dcgan({"doctor", dcgan.at("mixed")}), 0);
}

TEST(Doctor, NamesThePicturesThatWouldBeEnlarged) {
  Program dcgan;
  const std::filesystem::path folder = dcgan.at("sizes");
  write_text(folder / "large.png", encode_png(made_picture(16, 3, 1)));
  write_text(folder / "small.png", encode_png(made_picture(8, 3, 2)));
  const Finished json = dcgan({"doctor", folder.native(), "--size", "12", "--json"});
  EXPECT_EQ(Json::parse(json.out)["smaller"], Json({"small.png"}));
  EXPECT_NE(dcgan({"doctor", folder.native(), "--size", "12"}).out.find("\n  small.png\n"), std::string::npos);
}

TEST(Doctor, OfAPackNamesNoneForItHasItsOwnSize) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 2);
  ASSERT_EXIT_CODE(dcgan({"data", "pack", dcgan.at("photos"), "--size", "16", "--out", dcgan.at("p.pack")}), 0);
  EXPECT_EQ(Json::parse(dcgan({"doctor", dcgan.at("p.pack"), "--json"}).out)["smaller"], Json::array());
}

TEST(Doctor, CountsFormatsOfUsableFilesAndFailsWhereThereIsNoneOrWhereStrict) {
  Program dcgan;
  make_mixed_folder(dcgan, "mixed", 8);
  EXPECT_EQ(Json::parse(dcgan({"doctor", dcgan.at("mixed"), "--json"}).out)["formats"], Json({{"PNG", 8}}));
  const Finished strict = dcgan({"doctor", dcgan.at("mixed"), "--strict"});
  EXPECT_EXIT_CODE(strict, 1);
  EXPECT_CONTAINS(strict.out, "skipped:    5 files");
  EXPECT_SAYS(strict, "drop --strict");
  write_text(dcgan.at("texts/a.jpg"), "x");
  const Finished none = dcgan({"doctor", dcgan.at("texts")});
  EXPECT_EXIT_CODE(none, 1);
  EXPECT_CONTAINS(none.out, "'a.jpg': not a picture");
  EXPECT_SAYS(none, "can be trained on");
}

TEST(Doctor, RefusesASizeThatNoNetworkCanHave) {
  Program dcgan;
  make_pictures(dcgan.at("pictures"), 1);
  EXPECT_TRUE(refused(dcgan.refusal({"doctor", dcgan.at("pictures"), "--size", "50"}), 2, "48"));
}

TEST(Folders, ThatCannotBeTrainedOnAreOneClearError) {
  Program dcgan;
  std::filesystem::create_directories(dcgan.at("empty"));
  write_text(dcgan.at("texts/a.txt"), "x");
  write_text(dcgan.at("file.txt"), "x");
  struct Case {
    const char *data, *says;
    int code;
  };
  for (const Case& one :
       {Case{"missing", "there is no '", 2}, Case{"empty", "no image", 1}, Case{"texts", "no readable image", 1},
        Case{"file.txt", "not a folder, pack, IDX, CIFAR or .npy file, or ZIP archive", 2}}) {
    EXPECT_TRUE(refused(dcgan.refusal(dcgan.small_train(one.data, "run", {"--images", "40"})), one.code, one.says));
    EXPECT_FALSE(std::filesystem::exists(dcgan.at("run")));
  }
  EXPECT_TRUE(refused(dcgan.refusal({"doctor", dcgan.at("empty")}), 1, "no picture in '"));
}

std::string big_endian(uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

/// 20 pictures of 28 x 28 with labels 0 to 3, images gzipped.
void make_idx(const Program& dcgan) {
  std::string images = std::string("\0\0\x08\x03", 4) + big_endian(20) + big_endian(28) + big_endian(28);
  std::string labels = std::string("\0\0\x08\x01", 4) + big_endian(20);
  for (int i = 0; i < 20; ++i) {
    const Image picture = made_picture(28, 1, i);
    images.append(reinterpret_cast<const char*>(picture.pixels.data()), picture.pixels.size());
    labels += static_cast<char>(i % 4);
  }
  const gzFile file = gzopen(dcgan.at("t-images-idx3-ubyte.gz").c_str(), "wb");
  gzwrite(file, images.data(), static_cast<unsigned>(images.size()));
  gzclose(file);
  write_text(dcgan.at("t-labels-idx1-ubyte"), labels);
}

TEST(Idx, TrainsAsItIsAndUnpacksIntoClassFoldersWithTheSamePixels) {
  Program dcgan;
  make_idx(dcgan);
  const std::string idx = dcgan.at("t-images-idx3-ubyte.gz");
  ASSERT_EXIT_CODE(dcgan({"train", idx, "--run", dcgan.at("run"), "--size", "28", "--base-channels", "4", "--batch",
                          "4", "--images", "40"}),
                   0);
  EXPECT_EQ(Json::parse(read_text(dcgan.at("run/config.json")))["options"]["channels"], "gray");
  ASSERT_EXIT_CODE(dcgan({"data", "unpack", idx, "--out", dcgan.at("out"), "--names", "a,b,c,d"}), 0);
  const auto folder = open_source(dcgan.at("out"));
  EXPECT_EQ(folder->count(), 20);
  EXPECT_EQ(folder->classes(), (std::vector<std::string>{"a", "b", "c", "d"}));
  // Number 5 has label 1, and keeps its number in its name.
  EXPECT_TRUE(std::filesystem::exists(dcgan.at("out/b/000005.png")));
  for (int64_t i = 0; i < folder->count(); ++i)
    if (folder->name(i) == "b/000005.png") {
      EXPECT_EQ(folder->read(i, 64, nullptr), made_picture(28, 1, 5));
    }
}

TEST(Idx, UnpackRefusesAFolderThatIsNotEmptyAndADamagedFileLeavesNothing) {
  Program dcgan;
  make_idx(dcgan);
  write_text(dcgan.at("full/x"), "x");
  const auto unpacked = [&](const char* idx, const char* out) {
    return dcgan.refusal({"data", "unpack", dcgan.at(idx), "--out", dcgan.at(out)});
  };
  EXPECT_EQ(unpacked("t-images-idx3-ubyte.gz", "full").exit_code, 2);
  const std::string bytes = read_text(dcgan.at("t-images-idx3-ubyte.gz"));
  write_text(dcgan.at("cut-images-idx3-ubyte.gz"), bytes.substr(0, bytes.size() / 2));
  EXPECT_EQ(unpacked("cut-images-idx3-ubyte.gz", "out").exit_code, 1);
  EXPECT_FALSE(std::filesystem::exists(dcgan.at("out")));
}

}  // namespace
}  // namespace dcgan::test
