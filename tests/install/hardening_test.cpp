// Binaries as the build leaves them. What is installed and packed is looked at in install_test and package_test.
#include "install/hardening.hpp"

#include <gtest/gtest.h>

#include "core/json.hpp"

namespace dcgan::test {
namespace {

const std::filesystem::path kBuild = DCGAN_TEST_BUILD;

/// Sanitizers bring checks of their own.
bool is_sanitized() { return readelf("--dyn-syms", DCGAN_TEST_PROGRAM).find("__asan_init") != std::string::npos; }

TEST(Built, EveryBinaryLooksForLibrariesWhereNobodyElseWrites) {
  const auto files = elf_files_below(kBuild);
  EXPECT_GE(files.size(), 20u);
  for (const auto& file : files)
    for (const std::string& fault : faults_of_run_paths(file)) ADD_FAILURE() << fault;
}

TEST(Built, TheProgramLooksInNoFolderThatIsNotThere) {
  for (const std::string& entry : run_paths_of(DCGAN_TEST_PROGRAM))
    EXPECT_TRUE(std::filesystem::is_directory(entry)) << entry;
}

TEST(Built, ALibraryPlantedInTheCurrentFolderIsNotLoaded) {
  const TemporaryFolder folder;
  // Whatever is tried there first would be refused as "file too short", which would end the program.
  std::istringstream lines(output_of("ldd '" DCGAN_TEST_PROGRAM "'").first);
  int planted = 0;
  for (std::string line; std::getline(lines, line);)
    if (const size_t arrow = line.find(" => "); arrow != std::string::npos)
      write_text(folder / line.substr(1, arrow - 1), ""), ++planted;
  EXPECT_GE(planted, 50);
  const auto [said, status] = output_of("cd '" + folder.path().string() + "' && '" DCGAN_TEST_PROGRAM "' --version");
  EXPECT_EQ(status, 0) << said;
}

TEST(Built, EveryProgramIsProtected) {
  if (is_sanitized()) return;
  for (const auto& file : elf_files_below(kBuild))
    if (file.filename() == "dcgan" || file.filename().string().starts_with("dcgan_test_"))
      for (const std::string& fault : missing_protection_of(file))
        if (file.filename() == "dcgan" || fault.find("_FORTIFY_SOURCE") == std::string::npos) ADD_FAILURE() << fault;
}

TEST(Built, EveryUnitIsCompiledWithEveryProtection) {
  if (is_sanitized()) return;
  const Json commands =
      parse_json(read_text(kBuild / "compile_commands.json"), (kBuild / "compile_commands.json").string());
  EXPECT_GE(commands.size(), 30u);
  for (const auto& one : commands) {
    const auto command = one["command"].get<std::string>();
    for (const char* flag : {" -fstack-protector-strong", " -D_FORTIFY_SOURCE=3", " -D_GLIBCXX_ASSERTIONS", " -fPI"})
      EXPECT_NE(command.find(flag), std::string::npos) << one["file"] << " lacks" << flag;
  }
}

}  // namespace
}  // namespace dcgan::test
