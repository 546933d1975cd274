// What cpack makes: the archive runs from any folder, by libraries of its own; the same files are packed to the same
// bytes. Takes two minutes, most of it compressing LibTorch.
#include <filesystem>
#include <memory>
#include <set>
#include <sstream>

#include "install/hardening.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

class Packaged : public ::testing::Test {
 protected:
  static bool can_be_made() {
    return std::filesystem::exists(DCGAN_TEST_BUILD "/CPackConfig.cmake") &&
           output_of("command -v dpkg-shlibdeps && command -v file").second == 0;
  }
  void SetUp() override {
    if (!can_be_made()) GTEST_SKIP() << "no dpkg-dev or file, or a LibTorch for CUDA: packages cannot be made";
  }
  static void SetUpTestSuite() {
    if (!can_be_made()) return;
    place_ = std::make_unique<Program>();
    const auto [said, status] = made("once", "");
    ASSERT_EQ(status, 0) << said;
    ASSERT_EQ(output_of("mkdir '" + at("moved here") + "' && tar -xf '" + at("once") +
                        "/'*.tar.gz --strip-components=1 -C '" + at("moved here") + "'")
                  .second,
              0);
  }
  static void TearDownTestSuite() { place_.reset(); }
  static std::string at(const std::string& name) { return place_->at(name); }
  static std::pair<std::string, int> made(const std::string& folder, const std::string& more) {
    return output_of("cd '" DCGAN_TEST_REPOSITORY "' && SOURCE_DATE_EPOCH=1000000000 scripts/package -B '" +
                     at(folder) + "' " + more);
  }
  /// The program of the archive with no variable that could name another library.
  static std::string program() { return "env -i HOME='" + at("") + "' '" + at("moved here/bin/dcgan") + "' "; }

  static std::unique_ptr<Program> place_;
};
std::unique_ptr<Program> Packaged::place_;

TEST_F(Packaged, ArchiveTrainsAndDrawsFromWhereItWasUnpacked) {
  make_pictures(at("photos"), 8);
  const auto trained = output_of(program() + "train '" + at("photos") + "' --run '" + at("run") +
                                 "' --size 16 --base-channels 8 --batch 8 --images 16 --eval-every 0 --threads 1");
  ASSERT_EQ(trained.second, 0) << trained.first;
  for (const char* words :
       {"interpolate '%' --walk --frames 3 --out '%.mp4'", "export '%' --out '%.onnx'", "sample '%' --out '%.png'"}) {
    std::string command = words;
    for (size_t found; (found = command.find('%')) != std::string::npos;) command.replace(found, 1, at("run"));
    const auto [said, status] = output_of(program() + command);
    EXPECT_EQ(status, 0) << command << "\n" << said;
  }
  const auto [said, status] = output_of(program() + "sample '" + at("moved here/share/dcgan/models/letters-32.pt") +
                                        "' --count 4 --out '" + at("letters.png") + "'");
  EXPECT_EQ(status, 0) << said;
}

TEST_F(Packaged, ArchiveTakesNothingFromTheMachineButTheRuntimesOfCAndCpp) {
  const std::set<std::string> runtimes = {"libc",      "libm",    "libdl",  "librt",     "libpthread",
                                          "libresolv", "libutil", "libanl", "libstdc++", "libgcc_s"};
  std::istringstream lines(output_of("env -i ldd '" + at("moved here/bin/dcgan") + "'").first);
  int ours = 0;
  for (std::string line; std::getline(lines, line);) {
    const size_t arrow = line.find(" => ");
    if (arrow == std::string::npos) continue;
    if (line.find("moved here/lib/dcgan/") != std::string::npos ||
        line.find("moved here/bin/../lib/dcgan/") != std::string::npos)
      ++ours;
    else
      EXPECT_EQ(runtimes.count(line.substr(1, line.find(".so") - 1)), 1u) << line;
  }
  EXPECT_GT(ours, 100);
}

TEST_F(Packaged, ProgramNamesNoPathOfThisMachine) {
  const std::string bytes = read_text(at("moved here/bin/dcgan"));
  EXPECT_EQ(bytes.find(DCGAN_TEST_REPOSITORY), std::string::npos);
}

TEST_F(Packaged, EveryBinaryInTheArchiveAndTheDebLooksForLibrariesWhereNobodyElseWrites) {
  ASSERT_EQ(output_of("dpkg-deb --extract '" + at("once") + "/'*.deb '" + at("deb") + "'").second, 0);
  for (const char* folder : {"moved here", "deb"}) {
    const auto files = elf_files_below(at(folder));
    EXPECT_GE(files.size(), 5u) << folder;
    for (const auto& file : files)
      for (const std::string& fault : faults_of_run_paths(file)) ADD_FAILURE() << fault;
  }
  for (const char* program : {"moved here/bin/dcgan", "deb/usr/bin/dcgan"})
    for (const std::string& fault : missing_protection_of(at(program))) ADD_FAILURE() << fault;
}

TEST_F(Packaged, EveryLibraryInTheArchiveComesWithItsLicence) {
  for (const char* file : {"share/doc/dcgan/LICENSE", "share/doc/dcgan/NOTICE", "share/doc/dcgan/copyright/libtorch",
                           "share/doc/dcgan/copyright/libopencv-core406"})
    EXPECT_TRUE(std::filesystem::exists(at(std::string("moved here/") + file))) << file;
}

TEST_F(Packaged, DebPutsTheProgramUnderUsrAndAsksForWhatItDoesNotBring) {
  const auto [fields, status] = output_of("dpkg-deb --field '" + at("once") + "/'*.deb");
  ASSERT_EQ(status, 0) << fields;
  EXPECT_NE(fields.find("Version: " + std::string(DCGAN_TEST_VERSION)), std::string::npos) << fields;
  for (const char* needed : {"libc6", "libopencv-imgcodecs", "libprotobuf"})
    EXPECT_NE(fields.find(needed), std::string::npos) << fields;
  const std::string files = output_of("dpkg-deb --contents '" + at("once") + "/'*.deb").first;
  for (const char* file :
       {" ./usr/bin/dcgan\n", " ./usr/lib/dcgan/libtorch_cpu.so\n", " ./usr/share/man/man1/dcgan.1\n"})
    EXPECT_NE(files.find(file), std::string::npos) << file;
}

TEST_F(Packaged, PackedTwiceIsTheSameBytes) {
  const auto [said, status] = made("twice", "-G DEB");
  ASSERT_EQ(status, 0) << said;
  const auto [different, code] = output_of("cmp '" + at("once") + "/'*.deb '" + at("twice") + "/'*.deb");
  EXPECT_EQ(code, 0) << different;
}

}  // namespace
}  // namespace dcgan::test
