// `dcgan import` and the formats of `dcgan export`: models of other programs, and back.
#include "support/networks.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

const std::string kForeign = std::string(DCGAN_TEST_GOLDENS) + "/foreign/";

class Import : public testing::Test {
 protected:
  void TearDown() override { EXPECT_FALSE(std::filesystem::exists(at("x"))) << "a refused command wrote something"; }
  std::string at(const std::string& name) const { return dcgan_.at(name); }
  int call(const std::vector<std::string>& words) const { return dcgan_.call(words); }
  void import_example() const {
    ASSERT_EQ(call({"import", kForeign + "netG.pth", kForeign + "netD.pth", "--out", at("model.ckpt")}), 0);
  }
  void expect_refusal(const std::vector<std::string>& words, int code, const std::string& what,
                      const std::string& hint) const {
    const Thrown thrown = dcgan_.refusal(words);
    EXPECT_EQ(thrown.exit_code, code) << thrown.what;
    EXPECT_CONTAINS(thrown.what, what);
    EXPECT_CONTAINS(thrown.hint, hint);
  }

  Program dcgan_;
};

TEST_F(Import, ExportAndImportAgainAreTheSameBytes) {
  import_example();
  ASSERT_EQ(call({"export", at("model.ckpt"), "--out", at("g.pth")}), 0);
  ASSERT_EQ(call({"export", at("model.ckpt"), "--out", at("d.pth"), "--network", "discriminator"}), 0);
  ASSERT_EQ(call({"import", at("d.pth"), at("g.pth"), "--out", at("by_state_dicts.ckpt")}), 0);
  ASSERT_EQ(call({"export", at("model.ckpt"), "--out", at("model.safetensors")}), 0);
  ASSERT_EQ(call({"import", at("model.safetensors"), "--out", at("by_safetensors.ckpt")}), 0);
  EXPECT_TRUE(read_text(at("by_state_dicts.ckpt")) == read_text(at("model.ckpt")));
  EXPECT_TRUE(read_text(at("by_safetensors.ckpt")) == read_text(at("model.ckpt")));
}

TEST_F(Import, MakesAModelThatSamplesAndExports) {
  import_example();
  ASSERT_EQ(call({"sample", at("model.ckpt"), "--out", at("a.png"), "--count", "4"}), 0);
  ASSERT_EQ(call({"export", at("model.ckpt"), "--out", at("g.pt")}), 0);
  ASSERT_EQ(call({"sample", at("g.pt"), "--out", at("b.png"), "--count", "4"}), 0);
  EXPECT_TRUE(read_text(at("a.png")) == read_text(at("b.png")));
}

TEST_F(Import, MakesAModelThatATrainingBeginsFrom) {
  import_example();
  make_pictures(at("photos"), 12, 64);
  std::vector<std::string> words = {"train", at("photos"), "--init-from", at("model.ckpt"), "--run", at("run")};
  for (const char* word :
       {"--loss", "bce", "--r1", "0", "--r2", "0", "--lr", "0.0002", "--beta1", "0.5"})  // as `import` says
    words.emplace_back(word);
  for (const char* word : {"--images", "16", "--batch", "8", "--eval-every", "0", "--threads", "1"})
    words.emplace_back(word);
  const Finished trained = dcgan_(words);
  EXPECT_EQ(trained.code, 0) << trained.err;
  ASSERT_EQ(call({"import", kForeign + "netG.pth", "--out", at("alone.ckpt")}), 0);
  expect_refusal({"train", at("photos"), "--init-from", at("alone.ckpt"), "--run", at("x"), "--freeze-d", "1"}, 2,
                 "holds no discriminator", "safetensors of both networks");
}

TEST_F(Import, OfSafetensorsKeepsClassesArchitectureAndImagesSeen) {
  make_pictures(at("photos/cat"), 6, 16), make_pictures(at("photos/dog"), 6, 16);
  ASSERT_EQ(dcgan_(dcgan_.small_train("photos", "run",
                                      {"--images", "16", "--arch", "resnet", "--conditional", "--eval-every", "0"}))
                .code,
            0);
  ASSERT_EQ(call({"export", at("run"), "--at", "newest", "--out", at("model.safetensors")}), 0);
  ASSERT_EQ(call({"import", at("model.safetensors"), "--out", at("again.ckpt")}), 0);
  for (const auto& [model, sheet] : {std::pair("run", "a.png"), std::pair("again.ckpt", "b.png")})
    ASSERT_EQ(call({"sample", at(model), "--at", model == std::string("run") ? "newest" : "best", "--class", "dog",
                    "--count", "4", "--out", at(sheet)}),
              0);
  EXPECT_TRUE(read_text(at("a.png")) == read_text(at("b.png")));
}

TEST_F(Import, RefusesWhatIsNoModelSayingWhatItIs) {
  expect_refusal({"import", kForeign + "module.pth", "--out", at("x")}, 1,
                 "holds a whole module, torch.nn.modules.container.Sequential", "torch.save(net.state_dict()");
  expect_refusal({"import", kForeign + "ordered.pth", "--out", at("x")}, 1, "the first of them 'conv.weight'",
                 "main.0.weight");
  import_example();
  ASSERT_EQ(call({"export", at("model.ckpt"), "--out", at("g.pt")}), 0);
  expect_refusal({"import", at("g.pt"), "--out", at("x")}, 1, "g.pt' is TorchScript, not a state dict",
                 "the checkpoint that it was made of");
  expect_refusal({"import", kForeign + "before_1_6.pth", "--out", at("x")}, 1, "the first of them 'conv.weight'",
                 "main.0.weight");
  expect_refusal({"import", kForeign + "netD.pth", "--out", at("x")}, 2, "a discriminator alone", "netG");
  expect_refusal({"import", kForeign + "netG.pth", kForeign + "netG.pth", "--out", at("x")}, 2, "a second generator",
                 "one netD");
  expect_refusal({"import", kForeign + "rows.npy", "--out", at("x")}, 2, "is an array of NumPy (.npy)",
                 "dcgan inspect");
  expect_refusal({"import", at("nothing.pth"), "--out", at("x")}, 2, "there is no", "check the path");
  write_text(at("cut.pth"), read_text(kForeign + "netG.pth").substr(0, 5000));
  expect_refusal({"import", at("cut.pth"), "--out", at("x")}, 1, "cut.pth", "copy or download it again");
  expect_refusal({"import", kForeign + "netG.pth"}, 2, "--out is missing", "--out imported.ckpt");
  write_text(at("cut.safetensors"), read_text(kForeign + "all.safetensors").substr(0, 60));
  for (const auto& words : {std::vector<std::string>{"import", at("cut.safetensors"), "--out", at("x")},
                            std::vector<std::string>{"inspect", at("cut.safetensors")}})
    expect_refusal(words, 1, "cut.safetensors' is cut off within its header", "copy or download it again");
}

TEST_F(Import, IsWhatOtherVerbsAskForWhereTheyGetWeights) {
  for (const auto& verb : std::vector<std::vector<std::string>>{{"sample"}, {"export"}})
    expect_refusal({verb.front(), kForeign + "netG.pth", "--out", at("x.pt")}, 2, "holds weights alone",
                   "dcgan import");
}

TEST_F(Import, IsWhatInspectAdvises) {
  const Finished g = dcgan_({"inspect", kForeign + "netG.pth"});
  EXPECT_EQ(g.code, 0) << g.err;
  EXPECT_CONTAINS(g.out, "generator of PyTorch's DCGAN example");
  EXPECT_CONTAINS(g.out, "dcgan import ");
  EXPECT_CONTAINS(dcgan_({"inspect", kForeign + "netG.pth", "--all"}).out, "main.12.weight");
  const Finished other = dcgan_({"inspect", kForeign + "all.safetensors", "--json"});
  EXPECT_EQ(Json::parse(other.out)["kind"], "weights of another program");
  EXPECT_EQ(Json::parse(other.out)["metadata"]["made by"], "foreign.py");
}

TEST_F(Import, ADiscriminatorIsExportedAsTorchScriptToo) {
  import_example();
  ASSERT_EQ(call({"export", at("model.ckpt"), "--out", at("d.pt"), "--network", "discriminator", "--weights", "half"}),
            0);
  const Finished told = dcgan_({"inspect", at("d.pt"), "--json"});
  ASSERT_EQ(told.code, 0) << told.err;
  const Json found = Json::parse(told.out);
  EXPECT_EQ(found["kind"], "exported discriminator");
  EXPECT_EQ(found["weights"], "half");
  EXPECT_CONTAINS(found["use"][1].get<std::string>(), ".features(2 * torch.rand(1, 3, ");
  EXPECT_GT(found["discriminator"]["parameters"], 1000);
  expect_refusal({"sample", at("d.pt"), "--out", at("x.png")}, 1, "makes no images", "an exported generator");
  expect_refusal({"score", at("d.pt"), "--data", at("x"), "--out", at("x.csv")}, 1, "is an exported discriminator",
                 "run directory");
}

TEST_F(Import, FormatsOfExportThatExcludeAnOptionNameBoth) {
  import_example();
  expect_refusal({"export", at("model.ckpt"), "--out", at("x.abc")}, 2, "its extension names no format", "--format");
  expect_refusal({"export", at("model.ckpt"), "--out", at("x.safetensors"), "--no-ema"}, 2,
                 "--no-ema and --format safetensors", "leave one");
  expect_refusal({"export", at("model.ckpt"), "--out", at("x.safetensors"), "--network", "discriminator"}, 2,
                 "--network discriminator and --format safetensors", "leave one");
  expect_refusal({"export", at("model.ckpt"), "--out", at("x.pth"), "--network", "discriminator", "--no-ema"}, 2,
                 "no moving average", "leave one");
}

}  // namespace
}  // namespace dcgan::test
