// Generators as ONNX models, as strangers run them: ONNX Runtime from Python, and OpenCV from a program that knows no
// LibTorch (docs/examples/onnx).
#include "exchange/onnx.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/io/digest.hpp"
#include "exchange/metadata.hpp"
#include "support/architectures.hpp"
#include "support/process.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::onnx_files {
namespace {

struct Case {
  std::string name;
  NetworkPlan plan;
};
/// Of every architecture: coloured, gray, and of classes, in three sizes.
std::vector<Case> all_cases() {
  std::vector<Case> cases;
  const auto add = [&](const NetworkPlan& plan, const std::string& what) {
    cases.push_back({plan.options.arch + (plan.options.self_modulation ? "_modulated" : "") + what, plan});
  };
  for (const auto& plan : plans_of_every_architecture({24, 16})) add(plan, "");
  for (const auto& plan : plans_of_every_architecture({32, 32}, 1)) add(plan, "_gray");
  for (const auto& plan : plans_of_every_architecture({16, 24}, 3, 4)) add(plan, "_classes");
  return cases;
}
const std::vector<Case> kCases = all_cases();

GeneratorInfo info_of(const NetworkPlan& plan) {
  return generator_info(plan, 12345, true, "/home/someone/private/run");
}

std::string raw(const at::Tensor& tensor) {
  const auto dense = tensor.to(at::kFloat).contiguous();
  return std::string(static_cast<const char*>(dense.const_data_ptr()), dense.nbytes());
}

/// Writes the model and, for 1 and 5 images, latents, classes and LibTorch's images.
void write_case(const Case& one, const fs::path& folder) {
  const at::NoGradGuard no_grad;
  const NetworkPlan& plan = one.plan;
  auto net = used_generator(plan);
  export_onnx(net, info_of(plan), folder / (one.name + ".onnx"));
  for (const int64_t count : {1, 5}) {
    const auto write = [&](const char* what, const at::Tensor& values) {
      write_text(folder / (one.name + "." + std::to_string(count) + "." + what + ".f32"), raw(values));
    };
    const auto z = noise({count, plan.options.latent});
    const auto y =
        one.plan.classes > 0 ? at::arange(1, count + 1, at::kLong).remainder(one.plan.classes) : at::Tensor();
    write("z", z), write("image", net(z, y));
    if (one.plan.classes > 0) write("y", at::eye(one.plan.classes).index_select(0, y));
  }
}

TEST(OnnxFiles, OfEveryArchitectureMakeLibTorchsImagesInOnnxRuntime) {
  if (std::string(DCGAN_TEST_READERS_PYTHON).empty())
    GTEST_SKIP() << "no python3 with onnx and onnxruntime was found when the build was configured";
  const TemporaryFolder folder;
  for (const auto& one : kCases) write_case(one, folder.path());
  const auto [said, status] = output_of("'" DCGAN_TEST_READERS_PYTHON "' '" DCGAN_TEST_SOURCE "/load_onnx.py' '" +
                                        folder.path().native() + "'");
  EXPECT_EQ(status, 0) << said;
  EXPECT_TRUE(said.ends_with(std::to_string(2 * std::size(kCases)) + "\n")) << said;
}

TEST(OnnxFiles, OfEveryArchitectureMakeLibTorchsImagesInOpenCvWithoutLibTorch) {
  const std::string draw = DCGAN_TEST_DRAW;
  if (draw.empty()) GTEST_SKIP() << "no OpenCV with its dnn was found when the build was configured";
  const TemporaryFolder folder;
  for (const auto& one : kCases) {
    if (one.plan.classes > 0) continue;
    write_case(one, folder.path());
    for (const std::string count : {"1", "5"}) {
      const std::string base = (folder / (one.name + "." + count)).native();
      const auto [said, status] =
          output_of("'" + draw + "' '" + (folder / (one.name + ".onnx")).native() + "' " +
                    std::to_string(one.plan.options.latent) + " '" + base + ".out.f32' '" + base + ".z.f32'");
      ASSERT_EQ(status, 0) << one.name << ": " << said;
      std::string found = read_text(base + ".out.f32"), expected = read_text(base + ".image.f32");
      ASSERT_EQ(found.size(), expected.size()) << one.name << ", " << count;
      const auto tensor = [](std::string& bytes) {
        return at::from_blob(bytes.data(), {static_cast<int64_t>(bytes.size() / sizeof(float))}, at::kFloat);
      };
      EXPECT_LE(largest_difference(tensor(found), tensor(expected)), 1e-4) << one.name << ", " << count;
    }
  }
}

TEST(OnnxFiles, SayOfThemselvesWhatTorchScriptSays) {
  NetworkPlan plan = small_plan({24, 16});
  plan.options.arch = "resnet", plan.classes = 2, plan.class_names = {"a", "b"};
  auto net = used_generator(plan);
  const std::string bytes = write_onnx(onnx_model(net, info_of(plan)));
  EXPECT_EQ(bytes.find("someone"), std::string::npos) << "nothing of the user's paths";
  Json told = onnx_metadata(read_onnx(bytes, "the file"), "the file");
  const Json expected = generator_metadata(info_of(plan), "resnet", kOnnxVersion);
  for (const auto& [key, value] : expected.items()) EXPECT_EQ(told[key], value) << key;
  EXPECT_EQ(told["layout"], "NCHW, RGB");
  EXPECT_EQ(told["inputs"]["z"], "float32 [N, 8], drawn from N(0, 1)");
  EXPECT_EQ(told["inputs"]["y"], "float32 [N, 2], one-hot: 1 at the image's class, 0 elsewhere");
}

TEST(OnnxFiles, AreTheSameBytesWheneverTheyAreWritten) {
  const NetworkPlan plan = small_plan({24, 16});
  auto net = used_generator(plan);
  EXPECT_EQ(write_onnx(onnx_model(net, info_of(plan))), write_onnx(onnx_model(net, info_of(plan))));
}

TEST(OnnxFiles, OfWhichAWeightWasChangedAreRefused) {
  const NetworkPlan plan = small_plan({24, 16});
  OnnxModel model = onnx_model(used_generator(plan), info_of(plan));
  const auto weight =
      std::find_if(model.tensors.begin(), model.tensors.end(), [](const auto& t) { return !t.is_int64; });
  weight->bytes[0] = static_cast<char>(weight->bytes[0] ^ 1);
  const auto read = read_onnx(write_onnx(model), "the file");
  EXPECT_CONTAINS(thrown_by([&] { onnx_metadata(read, "the file"); }).what, "the file is damaged");
}

TEST(OnnxFiles, CutOffAnywhereAreRefused) {
  const NetworkPlan plan = small_plan({24, 16});
  const std::string bytes = write_onnx(onnx_model(used_generator(plan), info_of(plan)));
  for (size_t length = 0; length < bytes.size(); length += length + 700 < bytes.size() ? 97 : 1)
    EXPECT_FALSE(
        thrown_by([&] { onnx_metadata(read_onnx(bytes.substr(0, length), "the file"), "the file"); }).what.empty())
        << length;
}

TEST(OnnxFiles, AreNotSampledFrom) {
  const TemporaryFolder folder;
  const NetworkPlan plan = small_plan({24, 16});
  export_onnx(used_generator(plan), info_of(plan), folder / "generator.onnx");
  EXPECT_CONTAINS(usage_error([&] { open_generator(folder / "generator.onnx"); }),
                  "which dcgan writes and does not run");
}

}  // namespace
}  // namespace dcgan::test::onnx_files
