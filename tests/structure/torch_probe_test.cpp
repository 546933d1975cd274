// Which LibTorch third_party/torch_probe.cmake finds, in the layouts that there are.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>

#include "support/temporary.hpp"

namespace dcgan::test {
namespace {

namespace fs = std::filesystem;

/// A folder that looks like an installed LibTorch, and no more.
void make_torch(const fs::path& folder, const std::string& version, const std::string& flags) {
  write_text(folder / "TorchConfigVersion.cmake", "set(PACKAGE_VERSION \"" + version + "\")\n");
  write_text(folder / "TorchConfig.cmake", "set(TORCH_CXX_FLAGS \"" + flags + "\")\n");
}

std::string probed(const std::string& options) {
  const fs::path probe = fs::path(DCGAN_TEST_SOURCES).parent_path() / "third_party/torch_probe.cmake";
  FILE* cmake = ::popen(
      ("PATH=/nowhere " + std::string(DCGAN_TEST_CMAKE) + " " + options + " -P '" + probe.native() + "' 2>&1").c_str(),
      "r");
  std::string said(4096, '\0');
  said.resize(std::fread(said.data(), 1, said.size(), cmake));
  ::pclose(cmake);
  return said;
}

TEST(TorchProbe, TakesTheSystemsOwnInDebiansLayout) {
  const TemporaryFolder folder;
  const fs::path torch = folder / "usr/lib/x86_64-linux-gnu/cmake/Torch";
  make_torch(torch, "2.6.0", "-D_GLIBCXX_USE_CXX11_ABI=1");
  const std::string prefix = (folder / "usr").native();
  for (const std::string& options : {"-DCMAKE_PREFIX_PATH='" + prefix + "'", "-DTorch_DIR='" + torch.native() + "'"}) {
    const std::string said = probed(options);
    EXPECT_NE(said.find("LibTorch 2.6.0 ("), std::string::npos) << said;
    EXPECT_NE(said.find(torch.native()), std::string::npos) << said;
  }
}

TEST(TorchProbe, RefusesByNameWhatIsTooOldOrCannotBeLinked) {
  const TemporaryFolder folder;
  make_torch(folder / "share/cmake/Torch", "1.13.1", "");
  EXPECT_NE(probed("-DTorch_DIR='" + folder.path().native() + "'").find("is older than 2.4.0"), std::string::npos);
  make_torch(folder / "share/cmake/Torch", "2.6.0", "-D_GLIBCXX_USE_CXX11_ABI=0");
  EXPECT_NE(probed("-DTorch_DIR='" + folder.path().native() + "'").find("old C++ ABI"), std::string::npos);
}

}  // namespace
}  // namespace dcgan::test
