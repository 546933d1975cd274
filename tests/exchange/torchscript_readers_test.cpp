// Exports as strangers read them: Python, and a program that knows LibTorch only.
#include <cstdlib>
#include <set>
#include <sstream>

#include "exchange/exported.hpp"
#include "support/process.hpp"

namespace dcgan::test {
namespace {

/// Pythons whose torch should read what we write: the one of the build, and those of DCGAN_TEST_TORCHES, with colons
/// between them (the oldest and the newest LibTorch that can be had, say). Empty where there is none.
std::vector<std::string> pythons() {
  std::vector<std::string> all;
  const char* others = std::getenv("DCGAN_TEST_TORCHES");
  std::istringstream words(std::string(DCGAN_TEST_PYTHON) + ":" + (others ? others : ""));
  for (std::string one; std::getline(words, one, ':');)
    if (!one.empty()) all.push_back(one);
  return all;
}

#define SKIP_WITHOUT_PYTHON() \
  if (pythons().empty()) GTEST_SKIP() << "no python3 with torch was found when the build was configured"

/// Has each Python load the file with `script` and compare what it makes with `values`, float32.
void expect_python_makes(const char* script, const fs::path& file, const at::Tensor& values,
                         const TemporaryFolder& folder, const std::string& tolerance = "") {
  const auto whole = values.contiguous();
  write_text(folder / "values.bin", std::string(static_cast<const char*>(whole.const_data_ptr()), whole.nbytes()));
  for (const auto& python : pythons()) {
    const auto [said, status] = output_of("'" + python + "' '" DCGAN_TEST_SOURCE "/" + script + "' '" + file.native() +
                                          "' '" + (folder / "values.bin").native() + "' " + tolerance);
    EXPECT_EQ(status, 0) << python << ": " << said;
    EXPECT_TRUE(said.ends_with("ok\n")) << python << ": " << said;
  }
}

TEST_F(TorchScriptTest, IsReadByPython) {
  SKIP_WITHOUT_PYTHON();
  expect_python_makes("load_generator.py", file_, network_images(line(3)), folder_);
}

TEST_F(TorchScriptTest, FrozenIsReadByPython) {
  SKIP_WITHOUT_PYTHON();
  export_torchscript(net_, info_, file_, {"float32", true});
  expect_python_makes("load_generator.py", file_, network_images(line(3)), folder_);
}

TEST_F(TorchScriptTest, OfHalfAndBf16MakesInPythonTheImagesOfFloat32WithinWhatIsPromised) {
  SKIP_WITHOUT_PYTHON();
  export_torchscript(net_, info_, file_, {"half", false});
  expect_python_makes("load_generator.py", file_, network_images(line(3)), folder_, "0.01");  // docs/export.md
  export_torchscript(net_, info_, file_, {"bf16", true});
  expect_python_makes("load_generator.py", file_, network_images(line(3)), folder_, "0.1");
}

TEST_F(TorchScriptTest, WrittenAgainByPythonIsReadOrWasChangedByAnotherProgramAndIsNeverDamaged) {
  SKIP_WITHOUT_PYTHON();
  const fs::path again = folder_ / "again.pt";
  const auto saved = [&](const std::string& python, const char* how) {
    const auto [said, status] = output_of("'" + python + "' '" DCGAN_TEST_SOURCE "/save_again.py' '" + file_.native() +
                                          "' '" + again.native() + "' " + how);
    ASSERT_EQ(status, 0) << said;
  };
  for (const auto& python : pythons())
    for (const bool frozen : {false, true}) {
      export_torchscript(net_, info_, file_, {"float32", frozen});
      saved(python, "keep");
      EXPECT_TRUE(same_bits((*open_torchscript(again))(line(3)), network_images(line(3)))) << python;
      EXPECT_EQ(torchscript_metadata(again), torchscript_metadata(file_));
      for (const char* how : {"lose", "change"}) {
        if (frozen && how[0] == 'c') continue;  // it has no parameters
        saved(python, how);
        const Thrown thrown = thrown_by([&] { open_torchscript(again); });
        EXPECT_CONTAINS(thrown.what, "was changed by another program");
        EXPECT_CONTAINS(thrown.hint, "export it again");
        EXPECT_CONTAINS(thrown_by([&] { torchscript_metadata(again); }).what, "was changed by another program");
      }
    }
}

TEST_F(TorchScriptTest, OfAResnetWithClassesIsReadByPython) {
  SKIP_WITHOUT_PYTHON();
  plan_.options.arch = "resnet", plan_.classes = 2, plan_.class_names = {"shoe", "bag"};
  auto net = used_generator(plan_);
  export_torchscript(net, generator_info(plan_, 7, true, ""), folder_ / "resnet.pt");
  expect_python_makes("load_generator.py", folder_ / "resnet.pt",
                      net(line(3), at::tensor(std::vector<int64_t>{0, 1, 0})), folder_);
}

TEST_F(TorchScriptTest, OfDiscriminatorsIsReadByPython) {
  SKIP_WITHOUT_PYTHON();
  plan_.classes = 2, plan_.class_names = {"shoe", "bag"};
  plan_.options.minibatch_std = plan_.options.spectral_norm = true;
  for (const std::string& arch : architecture_names()) {
    plan_.options.arch = arch;
    auto net = used_discriminator(plan_);
    export_torchscript(net, generator_info(plan_, 7, true, ""), folder_ / "d.pt");
    const auto x = at::linspace(-1, 1, 4 * 3 * 16 * 24).view({4, 3, 16, 24});
    const auto logits = net(x, 1, at::tensor(std::vector<int64_t>{0, 1, 0, 1}));
    expect_python_makes("load_discriminator.py", folder_ / "d.pt", logits, folder_);
  }
}

TEST_F(TorchScriptTest, IsReadByOlderAndNewerTorches) {
  if (!std::getenv("DCGAN_TEST_TORCHES"))
    GTEST_SKIP() << "DCGAN_TEST_TORCHES names no other Pythons: the tests above read with the torch of the build alone";
  std::set<std::string> versions;
  for (const auto& python : pythons()) {
    const auto [said, status] = output_of("'" + python + "' -c 'import torch; print(torch.__version__, end=str())'");
    ASSERT_EQ(status, 0) << python << ": " << said;
    versions.insert(said);
  }
  EXPECT_GT(versions.size(), 1u) << "every Python has torch " << *versions.begin();
  expect_python_makes("load_generator.py", file_, network_images(line(3)), folder_);
}

TEST_F(TorchScriptTest, IsReadByAProgramThatKnowsLibTorchOnly) {
  const auto [said, status] = output_of("'" DCGAN_TEST_CONSUMER "' '" + file_.native() + "'");
  ASSERT_EQ(status, 0) << said;
  std::istringstream words(said);
  for (const int64_t side : {3, 3, 16, 24, 3, 16, 24, 3}) {
    int64_t got = -1;
    words >> got;
    EXPECT_EQ(got, side) << said;
  }
  const auto images = network_images(line(3)).contiguous();
  for (int i = 0; i < 8; ++i) {
    float got = NAN;
    words >> got;
    EXPECT_NEAR(got, images.flatten()[i].item<float>(), 1e-6) << said;
  }
  int byte = -1;
  words >> byte;
  EXPECT_NEAR(byte, to_bytes(images).flatten()[0].item<int>(), 1) << said;  // 1: rounding may tip over
}

}  // namespace
}  // namespace dcgan::test
