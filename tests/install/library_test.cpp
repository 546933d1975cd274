// What find_package(dcgan) finds, as strangers use it: programs that know <dcgan/...> alone. Linking them takes a
// while.
#include <filesystem>
#include <memory>
#include <set>

#include "image/decode.hpp"
#include "image/png.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

namespace fs = std::filesystem;

/// Names of all files below a folder, sorted.
std::set<std::string> files_below(const fs::path& folder) {
  std::set<std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (!entry.is_directory()) all.insert(fs::relative(entry.path(), folder).string());
  return all;
}

class Library : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    place_ = std::make_unique<Program>();
    succeed("cmake --install '" DCGAN_TEST_BUILD "' --prefix '" + at("prefix") + "'");
    for (const char* program : {"docs/examples/embed", "tests/install/consumer"}) {
      const std::string build = at(fs::path(program).filename());
      succeed("cmake -S '" DCGAN_TEST_REPOSITORY "/" + std::string(program) + "' -B '" + build +
              "' -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH='" + at("prefix") + "' && cmake --build '" + build +
              "'");
    }
    make_pictures(at("photos"), 8);
    ASSERT_EXIT_CODE((*place_)(place_->small_train("photos", "run", {"--images", "64"})), 0);
    ASSERT_EXIT_CODE((*place_)({"export", at("run"), "--out", at("generator.pt")}), 0);
  }
  static void TearDownTestSuite() { place_.reset(); }
  static std::string at(const std::string& name) { return place_->at(name); }
  static void succeed(const std::string& command) {
    const auto [said, status] = output_of("{ " + command + "; } 2>&1");
    ASSERT_EQ(status, 0) << command << "\n" << said;
  }
  static std::string checkpoint() {
    fs::path newest;
    for (const auto& entry : fs::directory_iterator(at("run/checkpoints")))
      if (entry.path().extension() == ".ckpt" && entry.path() > newest) newest = entry.path();
    return newest;
  }
  static std::pair<std::string, int> consumer(const std::string& words) {
    return output_of("XDG_STATE_HOME='" + at("state") + "' '" + at("consumer/consumer") + "' " + words + " 2>&1");
  }
  static void expect_holds(const std::string& words) {
    const auto [said, status] = consumer(words);
    EXPECT_EQ(status, 0) << words << "\n" << said;
  }

  static std::unique_ptr<Program> place_;
};
std::unique_ptr<Program> Library::place_;

TEST_F(Library, IsFoundByAnotherProgramWhichDrawsTheImagesOfSample) {
  for (const std::string& model : {at("run"), checkpoint(), at("generator.pt")}) {
    fs::remove_all(at("ours")), fs::remove_all(at("theirs"));
    succeed("'" + at("embed/embed") + "' '" + model + "' '" + at("ours") + "' 20");
    ASSERT_EXIT_CODE((*place_)({"sample", model, "--count", "20", "--out", at("theirs")}), 0);
    const auto names = files_below(at("theirs"));
    ASSERT_EQ(names.size(), 20u);
    ASSERT_EQ(files_below(at("ours")), names);
    for (const std::string& name : names) {
      const std::string ours = read_text(at("ours/" + name)), theirs = read_text(at("theirs/" + name));
      EXPECT_TRUE(decode_image(ours, probe_image(ours), 1) == decode_image(theirs, probe_image(theirs), 1)) << name;
      EXPECT_EQ(png_text(ours), png_text(theirs)) << name;
    }
  }
  const auto wrong = output_of("'" + at("embed/embed") + "' '" + at("none") + "' x 2>&1");
  EXPECT_EQ(wrong.second, kUsedWrongly);
  EXPECT_CONTAINS(wrong.first, "hint: give a run directory, a checkpoint or an exported model");
}

TEST_F(Library, DrawsAsSampleDoesWithSeedTruncationAndClasses) {
  const std::string model = DCGAN_TEST_GOLDENS "/exports/dcgan_classes.pt";
  expect_holds("draw '" + model + "' '" + at("some") + "' 7 0 20 0.7 1 0");
  ASSERT_EXIT_CODE((*place_)({"sample", model, "--seed", "7", "--count", "20", "--truncate", "0.7", "--class", "1,0",
                              "--out", at("same.npy")}),
                   0);
  expect_holds("draw '" + model + "' '" + at("behind") + "' 7 3 5 0.7 1 0");
  const std::string array = read_text(at("same.npy"));
  size_t bytes = 0;
  for (int i = 0; i < 20; ++i) {
    const std::string png = read_text(at("some/" + std::to_string(i) + ".png"));
    const Image image = decode_image(png, probe_image(png), 1);
    const std::string pixels(image.pixels.begin(), image.pixels.end());
    bytes = pixels.size();
    EXPECT_EQ(array.substr(array.size() - (20 - static_cast<size_t>(i)) * bytes, bytes), pixels) << i;
    if (i >= 3 && i < 8) {
      EXPECT_EQ(read_text(at("behind/" + std::to_string(i - 3) + ".png")), png) << "the same alone: " << i;
    }
  }
}

TEST_F(Library, MakesPicturesOfTheLatentsThatItGives) {
  expect_holds("apply '" + at("run") + "'");
  expect_holds("apply '" DCGAN_TEST_GOLDENS "/exports/dcgan_classes.pt'");
}

TEST_F(Library, DrawsFromSeveralThreadsWhatItDrawsFromOne) {
  expect_holds("threads '" + at("run") + "' '" + at("generator.pt") + "'");
}

TEST_F(Library, RefusesWhatIsOutOfRangeWithAHintAndLetsTheCallersOwnErrorsPass) {
  expect_holds("wrong '" + at("run") + "'");
  expect_holds("wrong '" DCGAN_TEST_GOLDENS "/exports/dcgan_classes.pt'");
}

TEST_F(Library, SaysOfADamagedFileWhatItIsAndWhatToDo) {
  fs::copy(at("run"), at("damaged"), fs::copy_options::recursive);
  for (const auto& entry : fs::directory_iterator(at("damaged/checkpoints"))) {
    std::string bytes = read_text(entry.path());
    write_text(entry.path(), bytes.substr(0, bytes.size() / 2));
  }
  const auto [said, status] = consumer("apply '" + at("damaged") + "'");
  EXPECT_EQ(status, kFailed);
  EXPECT_CONTAINS(said, "dcgan::Error: ");
  EXPECT_CONTAINS(said, "is cut off");
  EXPECT_CONTAINS(said, ".ckpt");
  EXPECT_FALSE(contains(said, "hint: \n")) << said;
  std::string export_bytes = read_text(at("generator.pt"));
  write_text(at("cut.pt"), export_bytes.substr(0, export_bytes.size() / 2));
  const auto cut = consumer("apply '" + at("cut.pt") + "'");
  EXPECT_NE(cut.second, 0);
  EXPECT_CONTAINS(cut.first, "dcgan::Error: ");
  EXPECT_CONTAINS(cut.first, "cut.pt");
}

TEST_F(Library, InstallsThesePublicHeadersAndNothingElseToIncludeOrLink) {
  const std::set<std::string> headers = {"dcgan/dcgan.hpp", "dcgan/error.hpp", "dcgan/model.hpp", "dcgan/picture.hpp"};
  EXPECT_EQ(files_below(at("prefix/include")), headers);
  std::set<std::string> libraries;
  for (const std::string& name : files_below(at("prefix/lib")))
    if (!name.starts_with("cmake/dcgan/")) libraries.insert(name);
  EXPECT_EQ(libraries, std::set<std::string>{"libdcgan.a"});
}

TEST_F(Library, EachHeaderCompilesAloneAndShowsNoOtherLibrary) {
  for (const std::string& header : files_below(at("prefix/include"))) {
    write_text(at("alone.cpp"), "#include <" + header + ">\n#include <" + header + ">\n");
    succeed("'" DCGAN_TEST_CXX "' -std=c++20 -Wall -Wextra -Wpedantic -Werror -I '" + at("prefix/include") +
            "' -fsyntax-only -MD -MF '" + at("seen.d") + "' '" + at("alone.cpp") + "'");
    const std::string seen = read_text(at("seen.d"));
    EXPECT_CONTAINS(seen, header);
    for (const char* other : {"/nlohmann/", "/CLI/", "httplib", "/opencv", "/torch/", "/ATen/", "/c10/", "/onnx/",
                              "/png", "/google/", "/openssl/", DCGAN_TEST_REPOSITORY "/"})
      EXPECT_FALSE(contains(seen, other)) << header << " includes " << other;
  }
  // Nor does linking bring folders of them.
  const std::string commands = read_text(at("consumer/compile_commands.json"));
  EXPECT_CONTAINS(commands, "prefix/include");
  for (const char* other : {"torch", "opencv", "nlohmann"}) EXPECT_FALSE(contains(commands, other)) << commands;
}

TEST_F(Library, ArchiveHoldsNoCommandLineServerOrVideo) {
  const auto [symbols, status] = output_of("nm -C '" + at("prefix/lib/libdcgan.a") + "' 2>/dev/null");
  ASSERT_EQ(status, 0);
  EXPECT_CONTAINS(symbols, "dcgan::Model::draw(");
  for (const char* other : {" CLI::", " httplib::", " cv::"}) EXPECT_FALSE(contains(symbols, other)) << other;
}

}  // namespace
}  // namespace dcgan::test
