// `dcgan inspect` of files of strangers: what they say of themselves is neither believed nor printed as it stands.
#include <torch/script.h>

#include "exchange/onnx.hpp"
#include "exchange/torchscript.hpp"
#include "exchange/weights_file.hpp"
#include "support/networks.hpp"
#include "support/pictures.hpp"
#include "support/program.hpp"
#include "support/zip.hpp"

namespace dcgan::test {
namespace {

/// Texts that move a terminal, and how they are shown.
const Json kEscapes = {{"note", "\x1b[31mred"}, {"list", {{{"k\x1b]0;", "\xc2\x9b\a"}}}}};
const Json kShown = {{"note", "\\x1b[31mred"}, {"list", {{{"k\\x1b]0;", "\\xc2\\x9b\\x07"}}}}};

class Inspect : public testing::Test {
 protected:
  std::string at(const std::string& name) const { return dcgan_.at(name); }
  /// An exported generator whose dcgan.json says `more` too.
  std::string torchscript_saying(const Json& more) const {
    const auto plan = small_plan({24, 16});
    export_torchscript(used_generator(plan), generator_info(plan, 5, true, "the model"), at("g.pt"));
    Json told = torchscript_metadata(at("g.pt"));
    told.update(more);
    torch::jit::load(at("g.pt"), at::Device(at::kCPU)).save(at("told.pt"), {{"dcgan.json", compact(told)}});
    return at("told.pt");
  }
  Json inspected(const std::string& path) const {
    const Finished found = dcgan_({"inspect", path, "--json"});
    EXPECT_EXIT_CODE(found, 0);
    return Json::parse(found.out);
  }
  void expect_shown(const std::string& path) const {
    const Json found = inspected(path);
    for (const auto& [key, value] : kShown.items()) EXPECT_EQ(found.value(key, Json()), value) << path;
    const std::string text = dcgan_({"inspect", path}).out;
    EXPECT_CONTAINS(text, "\\x1b[31mred");
    for (const char* part : {"\x1b", "\a", "\xc2\x9b"}) EXPECT_FALSE(contains(text, part)) << path;
  }
  Program dcgan_;
};

TEST_F(Inspect, ATorchScriptFileDoesNotSayWhatItIsCalled) {
  const std::string path =
      torchscript_saying({{"kind", "run"}, {"path", "/other"}, {"bytes", 1}, {"use", {"rm -r /"}}});
  const Json found = inspected(path);
  EXPECT_EQ(found["kind"], "exported generator");
  EXPECT_EQ(found["path"], path);
  EXPECT_EQ(found["bytes"], std::filesystem::file_size(path));
  EXPECT_CONTAINS(found["use"][0].get<std::string>(), "dcgan sample ");
  EXPECT_EQ(found["images_seen"], 5);
}

TEST_F(Inspect, ShowsEscapesOfMetadataAsText) {
  expect_shown(torchscript_saying(kEscapes));
  const auto plan = small_plan({24, 16});
  OnnxModel model = onnx_model(used_generator(plan), generator_info(plan, 5, true, "the model"));
  for (const auto& [key, value] : kEscapes.items()) model.metadata.emplace_back(key, compact(value));
  model.metadata.emplace_back("deep", std::string(1'000'000, '[') + std::string(1'000'000, ']'));
  write_text(at("told.onnx"), write_onnx(model));
  expect_shown(at("told.onnx"));
}

TEST_F(Inspect, RefusesACountThatNoCounterHolds) {
  const Thrown thrown = dcgan_.refusal({"inspect", torchscript_saying({{"images_seen", UINT64_MAX}})});
  EXPECT_EQ(thrown.exit_code, 1);
  EXPECT_CONTAINS(thrown.what, "'images_seen' has a number that is not whole, or out of range");
  EXPECT_CONTAINS(dcgan_({"inspect", torchscript_saying({{"other", UINT64_MAX}})}).out, "18446744073709551615");
}

TEST_F(Inspect, DoesNotSeeSuchACountOfSafetensorsImported) {
  ASSERT_EQ(dcgan_.call({"import", std::string(DCGAN_TEST_GOLDENS) + "/foreign/netG.pth", "--out", at("m.ckpt")}), 0);
  ASSERT_EQ(dcgan_.call({"export", at("m.ckpt"), "--out", at("m.safetensors")}), 0);
  WeightsFile file = read_weights(at("m.safetensors"));
  for (auto& [key, value] : file.metadata)
    if (key == "images_seen") value = "18446744073709551615";
  write_safetensors(at("large.safetensors"), file.tensors, file.metadata);
  const Thrown thrown = dcgan_.refusal({"import", at("large.safetensors"), "--out", at("x.ckpt")});
  EXPECT_EQ(thrown.exit_code, 1);
  EXPECT_CONTAINS(thrown.what, "images_seen is not a whole number, or one out of range");
  EXPECT_FALSE(std::filesystem::exists(at("x.ckpt")));
}

TEST_F(Inspect, SaysWhatIsInAnArchiveOfPictures) {
  ZipMaker zip;
  for (int i = 0; i < 5; ++i)
    zip.add((i < 3 ? "Cat/" : "Dog/") + std::to_string(i) + ".png", encode_png(made_picture(8, 3, i)), true);
  write_text(at("x.zip"), zip.add("Cat/readme.txt", "no picture").whole());
  const Json found = inspected(at("x.zip"));
  EXPECT_EQ(found["kind"], "data");
  EXPECT_EQ(found["source"], "ZIP archive");
  EXPECT_EQ(found["pictures"], 5);
  EXPECT_EQ(found["classes"], Json({{"Cat", 3}, {"Dog", 2}}));
  EXPECT_EQ(found["sizes"], Json({{"8 x 8", 5}}));
}

TEST_F(Inspect, SaysWhatASetInAnotherFormIs) {
  write_text(at("train.parquet"), "PAR1xxx");
  const Thrown thrown = dcgan_.refusal({"inspect", at("train.parquet")});
  EXPECT_CONTAINS(thrown.what, "is a Parquet table");
  EXPECT_CONTAINS(thrown.hint, "pandas.read_parquet");
  write_text(at("x.txt"), "text");
  EXPECT_CONTAINS(dcgan_.refusal({"inspect", at("x.txt")}).what, "is none of ours");
}

TEST_F(Inspect, OfAPictureOfAnyFormatSaysItsSizeAndColours) {
  write_text(at("a.pgm"), "P5 3 2 255\n......");
  const Json found = inspected(at("a.pgm"));
  EXPECT_EQ(found["kind"], "picture");
  EXPECT_EQ(found["size"], "3 x 2");
  EXPECT_EQ(found["mode"], "gray");
  write_text(at("cut.png"), png_signature());
  EXPECT_EQ(dcgan_.refusal({"inspect", at("cut.png")}).exit_code, 1);
}

TEST_F(Inspect, OfWhatLiesBesideARunSaysWhereToLook) {
  make_pictures(at("photos"), 4);
  ASSERT_EQ(dcgan_.call(dcgan_.small_train("photos", "runs/a", {"--images", "8", "--eval-every", "0"})), 0);
  for (const char* part : {"config.json", "log.jsonl", "checkpoints"}) {
    const Thrown thrown = dcgan_.refusal({"inspect", at("runs/a/") + part});
    EXPECT_CONTAINS(thrown.what, "is a part of a run") << part;
    EXPECT_CONTAINS(thrown.hint, "dcgan inspect " + at("runs/a")) << part;
  }
  const Thrown runs = dcgan_.refusal({"inspect", at("runs/")});
  EXPECT_CONTAINS(runs.what, "holds 1 run");
  EXPECT_CONTAINS(runs.hint, "dcgan inspect " + at("runs/a"));
  ASSERT_EQ(dcgan_.call({"report", at("runs/a"), "--out", at("report.html")}), 0);
  EXPECT_CONTAINS(dcgan_.refusal({"inspect", at("report.html")}).hint, "browser");
}

}  // namespace
}  // namespace dcgan::test
