// What `cmake --install` leaves, as strangers use it: the program from where it was put, and a C++ program that finds
// the library. Compiling that one takes half a minute.
#include <filesystem>
#include <memory>

#include "image/decode.hpp"
#include "install/hardening.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

class Installed : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    place_ = std::make_unique<Program>();
    const auto [said, status] =
        output_of("cmake --install '" DCGAN_TEST_BUILD "' --prefix '" + place_->at("prefix") + "' 2>&1");
    ASSERT_EQ(status, 0) << said;
  }
  static void TearDownTestSuite() { place_.reset(); }
  static std::string at(const std::string& name) { return place_->at(name); }

  static std::unique_ptr<Program> place_;
};
std::unique_ptr<Program> Installed::place_;

TEST_F(Installed, ProgramRunsFromWhereItWasPut) {
  const auto [said, status] = output_of("'" + at("prefix/bin/dcgan") + "' --version");
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(said.starts_with("dcgan ")) << said;
}

TEST_F(Installed, EveryBinaryLooksForLibrariesWhereNobodyElseWritesAndIsProtected) {
  const auto files = elf_files_below(at("prefix"));
  ASSERT_EQ(files.size(), 1u);
  for (const std::string& fault : faults_of_run_paths(files.front())) ADD_FAILURE() << fault;
  for (const std::string& entry : run_paths_of(files.front())) EXPECT_TRUE(std::filesystem::is_directory(entry)) << entry;
  for (const std::string& fault : missing_protection_of(files.front())) ADD_FAILURE() << fault;
}

TEST_F(Installed, ManPageCompletionsLicenceAndModelsAreThere) {
  for (const char* file : {"share/man/man1/dcgan.1", "share/bash-completion/completions/dcgan",
                           "share/zsh/site-functions/_dcgan", "share/fish/vendor_completions.d/dcgan.fish",
                           "share/doc/dcgan/LICENSE", "share/doc/dcgan/NOTICE", "share/dcgan/models/README.md"})
    EXPECT_GT(read_text(at(std::string("prefix/") + file)).size(), 100u) << file;
}

TEST_F(Installed, LibraryIsFoundByAnotherProgramWhichDrawsTheImagesOfSample) {
  const auto [said, status] = output_of("cmake -S '" DCGAN_TEST_REPOSITORY "/docs/examples/embed' -B '" + at("embed") +
                                        "' -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH='" + at("prefix") +
                                        "' 2>&1 && cmake --build '" + at("embed") + "' 2>&1");
  ASSERT_EQ(status, 0) << said;
  make_pictures(at("photos"), 8);
  ASSERT_EXIT_CODE((*place_)(place_->small_train("photos", "run", {"--images", "64"})), 0);
  const auto drawn = output_of("'" + at("embed/embed") + "' '" + at("run") + "' '" + at("ours.png") + "' 2>&1");
  ASSERT_EQ(drawn.second, 0) << drawn.first;
  ASSERT_EXIT_CODE((*place_)({"sample", at("run"), "--count", "16", "--out", at("sample.png")}), 0);
  const auto pixels = [&](const char* file) {
    const std::string png = read_text(at(file));
    return decode_image(png, probe_image(png), 1);
  };
  EXPECT_TRUE(pixels("ours.png") == pixels("sample.png"));
  const auto wrong = output_of("'" + at("embed/embed") + "' '" + at("none") + "' x.png 2>&1");
  EXPECT_NE(wrong.second, 0);
  EXPECT_NE(wrong.first.find("hint:"), std::string::npos) << wrong.first;
}

}  // namespace
}  // namespace dcgan::test
