// Exported files are data: those of version 1 (tests/goldens/exports.py), and those that claim what they do not hold.
#include <ATen/Functions.h>

#include "exchange/exported.hpp"
#include "exchange/layer_list.hpp"
#include "formats/npy.hpp"
#include "nn/latents.hpp"
#include "support/program_archives.hpp"

namespace dcgan::test {
namespace {

const fs::path kExports = fs::path(DCGAN_TEST_GOLDENS) / "exports";

/// The images that the version of that time drew of them: 0:0 to 0:5, with classes in turn.
void expect_golden_images(const fs::path& file, const std::string& name) {
  const auto generator = open_torchscript(file);
  const auto& info = generator->info();
  const std::string text = read_file(kExports / (name + ".npy"));
  const NpyArray golden = read_npy(text, name);
  const auto z = latents(0, Purpose::kSampleLatent, 0, 6, info.latent_space());
  const auto y = info.classes > 0 ? at::arange(6, at::kLong).remainder(info.classes) : at::Tensor();
  const auto images = to_bytes((*generator)(z, y));
  ASSERT_EQ(images.sizes().vec(), golden.shape) << name;
  ASSERT_EQ(static_cast<size_t>(images.numel()), golden.data.size()) << name;
  for (int64_t i = 0; i < images.numel(); ++i)  // another processor may round otherwise
    ASSERT_NEAR(images.const_data_ptr<uint8_t>()[i], static_cast<uint8_t>(golden.data[static_cast<size_t>(i)]), 1)
        << name;
}

std::vector<std::string> golden_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kExports))
    if (entry.path().extension() == ".npy") names.push_back(entry.path().stem().native());
  return names;
}

TEST(ExportsOfVersion1, GiveTheImagesOfTheirTime) {
  EXPECT_GE(golden_names().size(), 17u);
  for (const auto& name : golden_names()) expect_golden_images(kExports / (name + ".pt"), name);
}

TEST(ExportsOfVersion1, GiveThemWhateverTheirProgramIs) {
  const TemporaryFolder folder;
  for (const auto& name : golden_names()) {
    if (contains(name, "frozen")) continue;  // its text says which constant is which
    ArchiveParts parts = ArchiveParts::of(read_file(kExports / (name + ".pt")));
    parts.record("__torch__.py").set("no program at all", true);
    write_text(folder / "changed.pt", parts.text());
    expect_golden_images(folder / "changed.pt", name);
  }
}

TEST(ExportsOfVersion1, SayWhatTheySaid) {
  const Json told = torchscript_metadata(kExports / "resnet_classes_bf16_frozen.pt");
  EXPECT_EQ(told["version"], 1);
  EXPECT_EQ(told["arch"], "resnet");
  EXPECT_EQ(told["weights"], "bf16");
  EXPECT_EQ(torchscript_parameters(kExports / "dcgan_frozen.pt").size(), 11u);
  EXPECT_EQ(torchscript_metadata(kExports / "discriminator_frozen.pt")["format"], "dcgan-discriminator");
}

/// A frozen file whose text takes other constants than there are.
TEST(ExportsOfVersion1, WhoseProgramTakesOtherConstantsAreRefused) {
  const TemporaryFolder folder;
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"CONSTANTS.c1,", "CONSTANTS.c999999,"},
                                                        {"CONSTANTS.c0", "0"},
                                                        {"CONSTANTS.c1,", "CONSTANTS.c0,"},
                                                        {"CONSTANTS.c1,", "CONSTANTS.cx,"}}) {
    ArchiveParts parts = ArchiveParts::of(read_file(kExports / "dcgan_frozen.pt"));
    ArchiveRecord& code = parts.record("mangle_0.py");
    const std::string text = read_file(kExports / "dcgan_frozen.pt");
    std::string program = ProgramArchive(text, "it").read(code.name().substr(8));
    for (size_t at = 0; (at = program.find(from, at)) != std::string::npos; at += to.size())
      program.replace(at, from.size(), to);
    code.set(program, false);
    write_text(folder / "changed.pt", parts.text());
    const Thrown thrown = thrown_by([&] { open_torchscript(folder / "changed.pt"); });
    EXPECT_CONTAINS(thrown.hint, "--run-code");
  }
}

/// A file of this version whose dcgan.json, or layers, are changed.
class ClaimedLayers : public TorchScriptTest {
 protected:
  template <class Change>
  Thrown thrown_after(Change&& change) {
    ArchiveParts parts = ArchiveParts::of(read_file(file_));
    Json told = Json::parse(parts.record("dcgan.json").data);
    change(told);
    parts.record("dcgan.json").set(compact(told), false);
    write_text(folder_ / "claimed.pt", parts.text());
    return thrown_by([&] { open_torchscript(folder_ / "claimed.pt"); });
  }
};

TEST_F(ClaimedLayers, AreCheckedOneByOneBeforeAnythingIsComputed) {
  const Json told = torchscript_metadata(file_);
  ASSERT_EQ(told["layers"].size(), 8u);  // conv, norm, relu, conv, norm, relu, conv, tanh
  const std::vector<std::pair<const char*, std::function<void(Json&)>>> claims = {
      {"unknown kind", [](Json& all) { all[0]["kind"] = "call"; }},
      {"kind of no text", [](Json& all) { all[0]["kind"] = 3; }},
      {"of the future", [](Json& all) { all[0]["from"] = 4; }},
      {"of itself", [](Json& all) { all[2]["from"] = 3; }},
      {"negative", [](Json& all) { all[2]["from"] = -1; }},
      {"no tensor", [](Json& all) { all[0].erase("tensors"); }},
      {"another tensor", [](Json& all) { all[0]["tensors"]["weight"] = "norm0_weight"; }},
      {"absent tensor", [](Json& all) { all[0]["tensors"]["weight"] = "nothing"; }},
      {"one more tensor", [](Json& all) { all[0]["tensors"]["bias"] = "norm0_bias"; }},
      {"tensors in a list", [](Json& all) { all[0]["tensors"] = Json::array({"conv0_weight"}); }},
      {"wrong channels", [](Json& all) { all[3]["tensors"]["weight"] = "conv2_weight"; }},
      {"no stride", [](Json& all) { all[3]["stride"] = 0; }},
      {"huge stride", [](Json& all) { all[3]["stride"] = 1'000'000'000; }},
      {"negative padding", [](Json& all) { all[3]["padding"] = -5; }},
      {"huge padding", [](Json& all) { all[3]["padding"] = 60'000; }},
      {"eps", [](Json& all) { all[1]["eps"] = -1; }},
      {"another shape",
       [](Json& all) {
         all.push_back({{"kind", "upsample"}, {"from", 8}});
       }},
      {"no images",
       [](Json& all) {
         all.push_back({{"kind", "sum"}, {"from", 8}});
       }},
      {"mixed images",
       [](Json& all) {
         all.push_back({{"kind", "minibatch_std"}, {"from", 8}});
       }},
      {"two shapes",
       [](Json& all) {
         all.push_back({{"kind", "add"}, {"from", 8}, {"other", 1}});
       }},
      {"cut off", [](Json& all) { all.erase(all.begin() + 5, all.end()); }},
      {"empty", [](Json& all) { all = Json::array(); }},
      {"no list", [](Json& all) { all = 7; }},
      {"too many", [](Json& all) { all = Json(Json::array_t(20'000, all[2])); }},
      {"too large", [](Json& all) {
         for (int64_t i = 8; i < 40; ++i) all.push_back({{"kind", "upsample"}, {"from", i}});
       }}};
  for (const auto& [name, change] : claims) {
    const Thrown thrown = thrown_after([&, &change = change](Json& all) { change(all["layers"]); });
    EXPECT_EQ(thrown.exit_code, 2) << name;
    EXPECT_CONTAINS(thrown.hint, "--run-code");
    EXPECT_CONTAINS(thrown.what, "not as dcgan exports it");
  }
  for (const auto& [key, value] : std::vector<std::pair<std::string, Json>>{
           {"weights", "half"}, {"weights", "int8"}, {"height", 32}, {"channels", 1}, {"latent", 9}, {"latent", 0}}) {
    const Thrown thrown = thrown_after([&, &key = key, &value = value](Json& all) { all[key] = value; });
    EXPECT_EQ(thrown.exit_code, 2) << key;
  }
}

TEST_F(ClaimedLayers, MayShareTensorsAndValuesAsLongAsTheyFit) {
  ArchiveParts parts = ArchiveParts::of(read_file(file_));
  Json told = Json::parse(parts.record("dcgan.json").data);
  told["layers"].push_back({{"kind", "add"}, {"from", 8}, {"other", 8}});
  parts.record("dcgan.json").set(compact(told), false);
  write_text(folder_ / "twice.pt", parts.text());
  EXPECT_TRUE(same_bits((*open_torchscript(folder_ / "twice.pt"))(line(3)), 2 * network_images(line(3))));
}

TEST_F(ClaimedLayers, OfAFrozenNetworkWithEqualConstantsAreFoundAgain) {
  for (auto& buffer : net_->buffers()) buffer.zero_();
  for (const auto& norm : net_->norms()) norm->running_var.fill_(1), norm->bias.detach().zero_();
  for (const char* weights : {"float32", "half", "bf16"}) {
    export_torchscript(net_, info_, file_, {weights, true});
    EXPECT_LE(largest_difference((*open_torchscript(file_))(line(3)), network_images(line(3))), 0.08) << weights;
  }
}

/// A change of one weight, with all sums of the archive made right.
TEST_F(ClaimedLayers, OfAFileWithOtherWeightsWereChangedByAnotherProgram) {
  ArchiveParts parts = ArchiveParts::of(read_file(file_));
  std::string numbers = parts.record("data/0").data;
  numbers[5] ^= 1;
  parts.record("data/0").set(numbers, false);
  write_text(folder_ / "changed.pt", parts.text());
  const std::string what = thrown_by([&] { open_torchscript(folder_ / "changed.pt"); }).what;
  EXPECT_CONTAINS(what, "was changed by another program");
  EXPECT_FALSE(contains(what, "damaged"));
}

TEST_F(ClaimedLayers, OfADamagedFileAreNotBelieved) {
  ArchiveParts parts = ArchiveParts::of(read_file(file_));
  parts.record("data/0").data[5] ^= 1;
  write_text(folder_ / "damaged.pt", parts.text());
  EXPECT_CONTAINS(thrown_by([&] { open_torchscript(folder_ / "damaged.pt"); }).what, "is damaged: its record data/0");
}

}  // namespace
}  // namespace dcgan::test
