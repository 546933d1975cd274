// Exports as strangers read them: Python, and a program that knows LibTorch only.
#include <sstream>

#include "exchange/exported.hpp"
#include "support/process.hpp"

namespace dcgan::test {
namespace {

/// Has Python load the file and compare the images it makes with these.
void expect_python_makes(const fs::path& file, const at::Tensor& images, const TemporaryFolder& folder) {
  const auto whole = images.contiguous();
  write_text(folder / "images.bin", std::string(static_cast<const char*>(whole.const_data_ptr()), whole.nbytes()));
  const auto [said, status] = output_of("'" DCGAN_TEST_PYTHON "' '" DCGAN_TEST_SOURCE "/load_generator.py' '" +
                                        file.native() + "' '" + (folder / "images.bin").native() + "'");
  EXPECT_EQ(status, 0) << said;
  EXPECT_TRUE(said.ends_with("ok\n")) << said;
}

TEST_F(TorchScriptTest, IsReadByPython) {
  if (std::string(DCGAN_TEST_PYTHON).empty())
    GTEST_SKIP() << "no python3 with torch was found when the build was configured";
  expect_python_makes(file_, network_images(line(3)), folder_);
}

TEST_F(TorchScriptTest, OfAResnetWithClassesIsReadByPython) {
  if (std::string(DCGAN_TEST_PYTHON).empty())
    GTEST_SKIP() << "no python3 with torch was found when the build was configured";
  plan_.options.arch = "resnet", plan_.classes = 2, plan_.class_names = {"shoe", "bag"};
  auto net = used_generator(plan_);
  export_torchscript(net, generator_info(plan_, 7, true, ""), folder_ / "resnet.pt");
  expect_python_makes(folder_ / "resnet.pt", net(line(3), at::tensor(std::vector<int64_t>{0, 1, 0})), folder_);
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
