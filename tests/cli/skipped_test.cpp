// What every verb says of pictures that it leaves out: by reason, with one command for all of a kind.
#include "image/conversion.hpp"
#include "support/pictures.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

TEST(SkippedFiles, AreSaidByReasonWithOneCommandForAll) {
  Program dcgan;
  make_pictures(dcgan.at("photos"), 4);
  for (int i = 0; i < 12; ++i) write_text(dcgan.at("photos/anim" + std::to_string(i) + ".gif"), "GIF89a......");
  write_text(dcgan.at("photos/notes.txt"), "no picture");
  const std::string command = conversion_of_all(Converter::kGif, dcgan.at("photos") + "/", {"gif"});
  const auto expect_said = [&](const std::string& text) {
    EXPECT_CONTAINS(text, "12 files: GIF is not read (anim0.gif, anim1.gif, anim10.gif and 9 more)");
    EXPECT_CONTAINS(text, "'notes.txt': not a picture");
    const size_t at = text.find(command);
    EXPECT_NE(at, std::string::npos) << text;
    EXPECT_EQ(text.find("convert ", at + command.size()), std::string::npos) << "a command for each\n" << text;
  };
  expect_said(dcgan(dcgan.small_train("photos", "run", {"--images", "8", "--eval-every", "0"})).err);
  expect_said(dcgan({"data", "pack", dcgan.at("photos"), "--size", "16", "--out", dcgan.at("p.pack")}).err);
  expect_said(dcgan({"doctor", dcgan.at("photos")}).out);
  const Json report = Json::parse(dcgan({"doctor", dcgan.at("photos"), "--json"}).out);
  EXPECT_EQ(report["unusable"].size(), 13u);  // all of it
}

TEST(SkippedFiles, ThatAreAllThereIsAreConvertedByTheHint) {
  Program dcgan;
  for (int i = 0; i < 3; ++i) {
    const std::string bytes = std::string("\0\0\0\x18", 4) + "ftypheic" + std::string(12, '\0');
    write_text(dcgan.at("phone/" + std::to_string(i) + ".HEIC"), bytes);
  }
  const Thrown thrown = dcgan.refusal(dcgan.small_train("phone", "run", {"--images", "8"}));
  EXPECT_CONTAINS(thrown.what, "3 files cannot be used, like '0.HEIC' (HEIC is not read)");
  EXPECT_EQ(thrown.hint, "convert them all by libheif-examples: " +
                             conversion_of_all(Converter::kHeic, dcgan.at("phone") + "/", {"heic"}));
}

TEST(SkippedFiles, AreConvertedByProgramsThatAVerbPrints) {
  Program dcgan;
  for (const auto& name : converter_names()) {
    testing::internal::CaptureStdout();
    EXPECT_EQ(dcgan.call({"data", "converter", name}), 0);
    EXPECT_EQ(testing::internal::GetCapturedStdout(), converter_program(name) + "\n");
  }
  EXPECT_TRUE(refused(dcgan.refusal({"data", "converter", "tif"}), 2, "tiff-lab"));
}

}  // namespace
}  // namespace dcgan::test
