// What users of PyTorch save, written by it (saved_models.py): imported, or refused in words that say where.
#include <array>
#include <memory>

#include "checkpoint/archive.hpp"
#include "exchange/generator.hpp"
#include "nn/discriminator.hpp"
#include "support/networks.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

const std::string kGoldens = DCGAN_TEST_GOLDENS;

/// The files, written once for all tests.
class SavedModels : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (std::string(DCGAN_TEST_READERS_PYTHON).empty()) return;
    files_ = std::make_unique<TemporaryFolder>();
    const auto [said, status] = output_of("PYTHONDONTWRITEBYTECODE=1 '" DCGAN_TEST_READERS_PYTHON
                                          "' -W ignore '" DCGAN_TEST_SOURCE "/saved_models.py' '" +
                                          kGoldens + "' '" + files_->path().native() + "'");
    ASSERT_EQ(status, 0) << said;
  }
  static void TearDownTestSuite() { files_.reset(); }
  void SetUp() override {
    if (!files_) GTEST_SKIP() << "no python3 with what third_party/readers.txt names was found";
    const std::string g = kGoldens + "/foreign/netG.pth", d = kGoldens + "/foreign/netD.pth";
    ASSERT_EQ(dcgan_.call({"import", g, d, "--out", dcgan_.at("golden.ckpt")}), 0);
    ASSERT_EQ(dcgan_.call({"import", g, "--out", dcgan_.at("golden_g.ckpt")}), 0);
  }
  static std::string file(const std::string& name) { return (*files_ / name).native(); }
  static Json json(const std::string& name) { return parse_json(read_text(file(name)), name); }

  /// The words of `import` for one of expected.json.
  std::vector<std::string> words(const Json& one) const {
    std::vector<std::string> all = {"import", file(one["file"]), "--out", dcgan_.at("x.ckpt")};
    for (const std::string key : one["keys"]) all.insert(all.end(), {"--key", key});
    return all;
  }

  /// What it threw, if anything, and what it printed.
  std::pair<Thrown, std::string> tried(const std::vector<std::string>& words) const {
    Thrown thrown;
    testing::internal::CaptureStdout();
    try {
      dcgan_.call(words);
    } catch (const Error& error) {
      thrown = {error.what(), error.hint(), error.exit_code()};
    }
    std::fflush(stdout);
    return {thrown, testing::internal::GetCapturedStdout()};
  }

  static inline std::unique_ptr<TemporaryFolder> files_;
  Program dcgan_;
};

void expect_near(const fs::path& found, const fs::path& golden, double tolerance) {
  const ArchiveReader a(found), b(golden);
  const NamedTensors as = a.read_all(""), bs = b.read_all("");
  ASSERT_EQ(as.size(), bs.size()) << found;
  for (size_t i = 0; i < as.size(); ++i) {
    EXPECT_EQ(as[i].first, bs[i].first);
    if (as[i].first.ends_with("num_batches_tracked")) continue;
    EXPECT_LE(largest_difference(as[i].second, bs[i].second), tolerance) << found << ' ' << as[i].first;
  }
}

TEST_F(SavedModels, OfEveryKindAreImportedBitForBitOrRefusedByFileAndTensor) {
  int imported = 0, refused = 0;
  for (const Json& one : json("expected.json")) {
    const std::string name = one["file"].get<std::string>() + " " + one["keys"].dump(), what = one["what"];
    fs::remove(dcgan_.at("x.ckpt"));
    if (!what.empty()) {
      const Thrown thrown = tried(words(one)).first;
      EXPECT_CONTAINS(thrown.what, what) << name;
      EXPECT_CONTAINS(thrown.hint, one["hint"].get<std::string>()) << name;
      EXPECT_FALSE(thrown.hint.empty()) << name << ": " << thrown.what;
      EXPECT_FALSE(fs::exists(dcgan_.at("x.ckpt"))) << name;
      ++refused;
      continue;
    }
    const auto [thrown, said] = tried(words(one));
    ASSERT_EQ(thrown.what, "") << name << " hint: " << thrown.hint;
    const std::string golden = dcgan_.at(one["has_d"] ? "golden.ckpt" : "golden_g.ckpt");
    if (one["tolerance"] == 0)
      EXPECT_TRUE(read_text(dcgan_.at("x.ckpt")) == read_text(golden)) << name;
    else
      expect_near(dcgan_.at("x.ckpt"), golden, one["tolerance"]);
    for (const std::string note : one["notes"]) EXPECT_CONTAINS(said, note) << name;
    ++imported;
  }
  EXPECT_GE(imported, 80);
  EXPECT_GE(refused, 50);
}

TEST_F(SavedModels, AreSaidByInspectToBeWhatImportTakesThemFor) {
  for (const Json& one : json("expected.json")) {
    if (!one["keys"].empty()) continue;
    const auto [thrown, said] = tried({"inspect", file(one["file"]), "--json"});
    if (one["what"] == "") {
      EXPECT_EQ(thrown.what, "") << one["file"];
      const Json found = parse_json(said, "what inspect says");
      EXPECT_EQ(found["networks"].size(), one["has_d"] ? 2u : 1u) << one["file"];
      EXPECT_CONTAINS(found["use"][0].get<std::string>(), "dcgan import ") << one["file"];
    } else if (!thrown.what.empty()) {
      EXPECT_FALSE(contains(thrown.hint, "dcgan inspect")) << one["file"];
    }
  }
}

TEST_F(SavedModels, AreNamedByOtherVerbsForWhatTheyAre) {
  for (const auto& [name, what, hint] :
       std::vector<std::array<std::string, 3>>{{"both.pth", "holds weights alone", "dcgan import"},
                                               {"model.h5", "is an HDF5 file", "main.0.weight"},
                                               {"arrays.npz", "is an archive of NumPy's arrays", "torch.from_numpy"},
                                               {"stylegan.pkl", "is a pickle of StyleGAN's", "NVIDIA"}})
    for (const char* verb : {"sample", "export", "train"}) {
      std::vector<std::string> words = {verb, file(name), "--out", dcgan_.at("x.pt")};
      if (verb == std::string("train")) {
        make_pictures(dcgan_.at("photos"), 2);
        words = {verb, dcgan_.at("photos"), "--init-from", file(name), "--run", dcgan_.at("run")};
      }
      const Thrown thrown = dcgan_.refusal(words);
      EXPECT_CONTAINS(thrown.what, what) << verb;
      EXPECT_CONTAINS(thrown.hint, hint) << verb;
    }
}

TEST_F(SavedModels, OfEveryWidthOfTheExampleMakeHereWhatTheyMakeInPython) {
  const at::NoGradGuard no_grad;
  const Json forward = json("forward.json");
  for (const auto& [name, golden] : forward.items()) {
    const std::string checkpoint = dcgan_.at(name + ".ckpt");
    ASSERT_EQ(dcgan_.call({"import", file("forward_" + name + ".pth"), "--out", checkpoint}), 0);
    ASSERT_EQ(dcgan_.call({"sample", checkpoint, "--count", "4", "--out", dcgan_.at(name + ".png")}), 0);
    auto g = load_network(checkpoint).net;
    DiscriminatorNet d(g->plan());
    load_into(tensors_of(*d, true), ArchiveReader(checkpoint).read_all("discriminator."), checkpoint);
    d->eval();
    const int64_t latent = g->plan().options.latent;
    const auto images = g(at::linspace(-2, 2, 2 * latent).view({2, latent})).contiguous();
    const auto some = images.flatten().slice(0, 0, std::nullopt, 97).contiguous();
    const auto as_tensor = [](const Json& list) { return at::tensor(list.get<std::vector<double>>()).to(at::kFloat); };
    EXPECT_LE(largest_difference(some, as_tensor(golden["images"])), 1e-4) << name;
    EXPECT_LE(largest_difference(at::sigmoid(d(images)).flatten(), as_tensor(golden["probabilities"])), 1e-4) << name;
  }
}

}  // namespace
}  // namespace dcgan::test
