// What `cmake --install` leaves, as strangers use it: the program from where it was put. The library: library_test.cpp.
#include <filesystem>
#include <memory>

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
  for (const std::string& entry : run_paths_of(files.front()))
    EXPECT_TRUE(std::filesystem::is_directory(entry)) << entry;
  for (const std::string& fault : missing_protection_of(files.front())) ADD_FAILURE() << fault;
}

TEST_F(Installed, ManPageCompletionsLicenceAndModelsAreThere) {
  for (const char* file : {"share/man/man1/dcgan.1", "share/bash-completion/completions/dcgan",
                           "share/zsh/site-functions/_dcgan", "share/fish/vendor_completions.d/dcgan.fish",
                           "share/doc/dcgan/LICENSE", "share/doc/dcgan/NOTICE", "share/dcgan/models/README.md"})
    EXPECT_GT(read_text(at(std::string("prefix/") + file)).size(), 100u) << file;
}

}  // namespace
}  // namespace dcgan::test
