// Answers first: what `inspect` finds of every kind of file fits one screen, and a dry run begins with what it costs.
#include <filesystem>
#include <sstream>

#include "checkpoint/run_directory.hpp"
#include "support/idx.hpp"
#include "support/pictures.hpp"
#include "support/program.hpp"
#include "support/zip.hpp"

namespace dcgan::test {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> lines_in(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

class OneScreen : public testing::Test {
 protected:
  /// In the test's folder, so that names are short.
  OneScreen() : before_(fs::current_path()) { fs::current_path(dcgan_.at("")); }
  ~OneScreen() override { fs::current_path(before_); }
  std::string printed(const std::vector<std::string>& words) const {
    testing::internal::CaptureStdout();
    EXPECT_EQ(dcgan_.call(words), 0) << joined(words, " ");
    return testing::internal::GetCapturedStdout();
  }
  /// The screen of a file, which says what it is.
  std::string screen(const std::string& path, const std::string& kind) const {
    const std::string text = printed({"inspect", path});
    const auto lines = lines_in(text);
    EXPECT_LE(lines.size(), 24u) << path << "\n" << text;
    for (const auto& line : lines) EXPECT_LE(line.size(), 80u) << path << ": " << line;
    EXPECT_FALSE(lines.empty());
    EXPECT_CONTAINS(lines.empty() ? "" : lines.front(), kind);
    return text;
  }
  /// A run with evaluations, and what comes of it.
  void make_models() const {
    make_pictures("photos", 8);
    ASSERT_EQ(dcgan_.call({"train", "photos", "--run", "run", "--size", "16", "--base-channels", "8", "--batch", "8",
                           "--threads", "1", "--images", "64", "--eval-every", "32", "--eval-samples", "8"}),
              0);
    for (const std::string name : {"g.onnx", "g.safetensors", "g.pth"})
      ASSERT_EQ(dcgan_.call({"export", "run", "--out", name}), 0);
    ASSERT_EQ(dcgan_.call({"export", "run", "--out", "d.pt", "--network", "discriminator"}), 0);
    ASSERT_EQ(dcgan_.call({"sample", "run", "--out", "drawn", "--count", "2"}), 0);
    ASSERT_EQ(dcgan_.call({"sample", "run", "--out", "a.npy", "--count", "2", "--save-latents", "z.npy"}), 0);
  }

  Program dcgan_;
  fs::path before_;
};

TEST_F(OneScreen, IsWhatInspectPrintsOfEveryKind) {
  make_models();
  ASSERT_EQ(dcgan_.call({"data", "pack", "photos", "--size", "16", "--out", "p.pack"}), 0);
  ASSERT_EQ(dcgan_.call({"data", "pack", "photos", "--size", "16", "--shards", "2", "--out", "s.pack"}), 0);
  ZipMaker zip;
  for (int i = 0; i < 64; ++i) {  // a size, a class and a remark each
    const std::string folder = "many/a class with a long name " + std::to_string(i);
    fs::create_directories(folder);
    write_text(folder + "/1.png", encode_png(made_picture(8 + i, 3, i)));
    write_text(folder + "/notes.txt", "none");
    zip.add(std::to_string(i) + "/1.png", encode_png(made_picture(8, 3, i)), true);
  }
  write_text("./z.zip", zip.whole());
  const std::string foreign = std::string(DCGAN_TEST_GOLDENS) + "/foreign/";
  for (const char* name : {"netG.pth", "all.safetensors"}) fs::copy_file(foreign + name, name);
  const std::vector<std::pair<std::string, std::string>> kinds = {
      {"run", "run"},
      {RunDirectory("run").checkpoint(64).native(), "checkpoint"},
      {"run/generator.pt", "exported generator"},
      {"d.pt", "exported discriminator"},
      {"g.onnx", "exported generator, ONNX"},
      {"g.safetensors", "exported model"},
      {"g.pth", "generator of PyTorch's DCGAN example"},
      {"netG.pth", "generator of PyTorch's DCGAN example"},
      {"all.safetensors", "weights of another program"},
      {"p.pack", "pack"},
      {"s-00001-of-00002.pack", "pack"},
      {"photos", "data"},
      {"many", "data"},
      {"z.zip", "data"},
      {"photos/picture100.png", "picture"},
      {"drawn/000000.png", "generated picture"},
      {"a.npy", "array of images"},
      {"z.npy", "array of latents"}};
  for (const auto& [path, kind] : kinds) {
    const std::string text = screen(path, kind), all = printed({"inspect", path, "--all"});
    const Json json = Json::parse(printed({"inspect", path, "--json"}));
    for (const auto& use : json["use"]) {
      const std::string command = use.get<std::string>();
      EXPECT_CONTAINS(all, command) << path;
      EXPECT_CONTAINS(text, command.substr(0, 30)) << path;  // Python is broken within its brackets
    }
  }
}

TEST_F(OneScreen, OfARunSaysWhereItStandsHowGoodItIsAndWhatToType) {
  make_models();
  const std::string text = screen("run", "run");
  EXPECT_CONTAINS(text, "64 of 64 images");
  EXPECT_CONTAINS(text, "best:");
  EXPECT_CONTAINS(text, "kid_");
  EXPECT_CONTAINS(text, "dcgan train --resume run");
  const Json json = Json::parse(printed({"inspect", "run", "--json"}));
  EXPECT_EQ(json["newest"]["images"], 64);
  EXPECT_TRUE(json["generator"]["tensors"].is_object());
  EXPECT_TRUE(json["options"].contains("lr_g"));
  const std::string all = printed({"inspect", "run", "--all"});
  EXPECT_CONTAINS(all, "conv0.weight");
  EXPECT_CONTAINS(all, "lr_g");
}

TEST_F(OneScreen, OfADryRunBeginsWithSpeedTimeWhatToExpectAndMemory) {
  make_pictures("photos", 8);
  const std::vector<std::string> words = {
      "train", "photos", "--dry-run", "--size", "16",     "--batch",         "4", "--threads", "1",
      "--lr",  "0.003",  "--images",  "100k",   "--flip", "--base-channels", "8"};
  const std::string text = printed(words);
  const auto lines = lines_in(text);
  ASSERT_GE(lines.size(), 5u) << text;
  EXPECT_LE(lines.size(), 14u) << text;
  for (const auto& line : lines) EXPECT_LE(line.size(), 80u) << line;
  EXPECT_TRUE(lines[0].starts_with("speed: ") && contains(lines[0], " images/s")) << text;
  EXPECT_TRUE(lines[1].starts_with("time: ") && contains(lines[1], "for 100,000 images")) << text;
  EXPECT_TRUE(lines[2].starts_with("expect: ") && contains(lines[2], "first shapes after about ")) << text;
  EXPECT_CONTAINS(text, "little more to gain after ");
  EXPECT_TRUE(contains(text, "\nmemory: ") && contains(text, " available")) << text;
  EXPECT_TRUE(contains(text, "\npreset: ") && contains(text, "small-data")) << text;
  for (const char* one : {"--lr-g 0.003", "--lr-d 0.003", "--flip", "--batch 4", "--size 16"})
    EXPECT_CONTAINS(text, one);
  for (const char* other : {"--loss", "--r1", "--images", "--channels"}) EXPECT_FALSE(contains(text, other)) << other;
  auto all = words;
  all.push_back("--all");
  const std::string rest = printed(all);
  for (const char* one : {"relativistic", "conv0.weight", "disk:", "at most:"}) EXPECT_CONTAINS(rest, one);
}

TEST_F(OneScreen, OfADryRunWithoutAnEndSaysImagesAnHour) {
  make_pictures("photos", 8);
  std::vector<std::string> words = {"train", "photos",    "--dry-run", "--size",          "16", "--batch",
                                    "4",     "--threads", "1",         "--base-channels", "8"};
  EXPECT_CONTAINS(printed(words), "images an hour");
  EXPECT_TRUE(refused(dcgan_.refusal({"train", "photos", "--all"}), 2, "--all changes nothing without --dry-run"));
}

}  // namespace
}  // namespace dcgan::test
