// Programs in files of strangers: no verb loads one before the user has said --run-code of that very file.
#include <sys/stat.h>
#include <torch/script.h>

#include <iostream>
#include <set>
#include <sstream>

#include "exchange/torchscript.hpp"
#include "support/program.hpp"
#include "support/program_archives.hpp"

namespace dcgan::test {
namespace {

const std::string kExports = std::string(DCGAN_TEST_GOLDENS) + "/exports/";
constexpr char kRan[] = "THE PROGRAM RAN";

/// A program that says so when it is loaded, and when it is called.
std::string hostile_bytes(const std::string& metadata) {
  torch::jit::Module module("DcganGenerator");
  module.register_parameter("w", at::ones({1}), false);
  module.define(
      "def __getstate__(self):\n    return self.w\n"
      "def __setstate__(self, state: Tensor) -> None:\n    print(\"THE PROGRAM RAN\")\n    self.w = state\n"
      "def forward(self, z: Tensor, y: Optional[Tensor] = None) -> Tensor:\n    print(\"THE PROGRAM RAN\")\n"
      "    return torch.zeros([z.size(0), 3, 16, 16]) + self.w\n");
  std::ostringstream out;
  module.save(out,
              metadata.empty() ? torch::jit::ExtraFilesMap() : torch::jit::ExtraFilesMap{{"dcgan.json", metadata}});
  return out.str();
}

class RunCode : public testing::Test {
 protected:
  RunCode() { make_pictures(at("pics"), 12); }
  std::string at(const std::string& name) const { return dcgan_.at(name); }
  std::string own(const std::string& name = "dcgan.pt") const { return read_text(kExports + name); }
  std::string metadata() const { return ArchiveParts::of(own()).record("dcgan.json").data; }

  /// The hostile program behind every mask that a reader might take for a file of ours, by name.
  std::vector<std::pair<std::string, std::string>> disguises() const {
    const std::string plain = hostile_bytes(metadata());
    std::vector<std::pair<std::string, std::string>> all = {
        {"as it is", plain}, {"without metadata", hostile_bytes("")}, {"behind our file", own() + plain}};
    const auto masked = [&](const std::string& name, const std::string& from, auto change) {
      ArchiveParts parts = ArchiveParts::of(from);
      change(parts);
      all.emplace_back(name, parts.text());
    };
    const ArchiveRecord code = ArchiveParts::of(plain).record("__torch__.py");
    const auto another = [&](const std::string& name) {
      return [&code, name](ArchiveParts& parts) {
        parts.records.push_back(code);
        parts.records.back().rename(name);
      };
    };
    masked("another case", own(), another("archive/CODE/__torch__.py"));
    masked("another case of the name", own(), another("archive/code/__TORCH__.py"));
    masked("twice", own(), another("archive/code/__torch__.py"));
    masked("another folder", own(), another("other/code/__torch__.py"));
    masked("its own code's case", plain, [](ArchiveParts& parts) {
      for (auto& one : parts.records)
        if (one.name().starts_with("archive/code/")) one.rename("archive/Code/" + one.name().substr(13));
    });
    masked("packed", plain, [](ArchiveParts& parts) {
      for (auto& one : parts.records)
        if (one.listed.method == 0) one.set(one.data, true);
    });
    masked("nested", plain, [](ArchiveParts& parts) {
      for (auto& one : parts.records) one.rename("a/" + one.name());
    });
    masked("in a comment", own(), [&](ArchiveParts& parts) { parts.comment = plain; });
    masked("a second directory", own(), [&](ArchiveParts& parts) {
      const std::string whole = parts.text(), directory = whole.substr(whole.find("PK\1\2"));
      parts.records.back().after = directory;
    });
    masked("after something else", plain, [](ArchiveParts& parts) { parts.before = "GIF89a"; });
    return all;
  }

  /// Every verb that opens a file, given this one.
  std::vector<std::vector<std::string>> uses(const std::string& file) const {
    const std::string pics = at("pics"), model = kExports + "dcgan.pt", image = at("out.png");
    return {{"inspect", file},
            {"inspect", file, "--json"},
            {"doctor", file},
            {"sample", file, "--out", image},
            {"interpolate", file, "--out", image},
            {"arithmetic", file, "1 - 2", "--out", image},
            {"invert", file, pics, "--out", image},
            {"neighbours", file, "--data", pics, "--out", image},
            {"neighbours", model, "--data", pics, "--features", file, "--out", image},
            {"synthesize", file, "--data", pics, "--per-class", "2", "--out", at("made")},
            {"features", file, "--data", pics, "--out", at("f.npy")},
            {"score", file, "--data", pics, "--out", at("s.csv")},
            {"probe", file, "--data", pics, "--test", pics},
            {"export", file, "--out", at("g.onnx")},
            {"import", file, "--out", at("m.ckpt")},
            {"eval", file, "--data", pics, "--samples", "4"},
            {"eval", pics, "--data", file},
            {"eval", model, "--data", pics, "--features", file, "--samples", "4"},
            {"report", file, "--data", pics, "--out", at("r.html")},
            {"serve", file},
            {"data", "pack", file, "--out", at("p.pack")},
            {"data", "unpack", file, "--out", at("unpacked")},
            {"train", file, "--run", at("run")},
            {"train", pics, "--init-from", file, "--run", at("run")},
            {"train", pics, "--config", file, "--run", at("run")},
            {"train", pics, "--eval-features", file, "--run", at("run"), "--size", "16"}};
  }
  static bool is_without_files(const std::string& verb) {
    return std::set<std::string>{"presets", "bench", "toy", "completion", "man"}.contains(verb);
  }

  /// What was printed, by the program and by what it runs; and whether it ended with an error.
  std::string said_by(const std::vector<std::string>& words, bool& is_refused) const {
    testing::internal::CaptureStdout();
    try {
      is_refused = dcgan_.call(words) != 0;
    } catch (const Error&) {
      is_refused = true;
    }
    std::cout.flush();
    return testing::internal::GetCapturedStdout();
  }
  Program dcgan_;
};

TEST_F(RunCode, IsWhatShowsHereThatAProgramWasLoaded) {
  const std::string bytes = hostile_bytes("");
  testing::internal::CaptureStdout();
  std::istringstream stream(bytes);
  torch::jit::load(stream);
  std::cout.flush();
  EXPECT_CONTAINS(testing::internal::GetCapturedStdout(), kRan);
}

TEST_F(RunCode, IsNotDoneByAnyVerbThatIsGivenAProgramInAnyDisguise) {
  std::set<std::string> tried;
  for (const auto& [name, bytes] : disguises()) {
    write_text(at("stranger.pt"), bytes);
    for (const auto& words : uses(at("stranger.pt"))) {
      bool is_refused = false;
      const std::string said = said_by(words, is_refused);
      EXPECT_FALSE(contains(said, kRan)) << name << ": " << words[0];
      const bool is_described = words[0] == "doctor" || words[0] == "inspect";
      EXPECT_TRUE(is_described || is_refused) << name << ": " << words[0] << " took it";
      tried.insert(words[0]);
    }
  }
  for (const Verb& verb : all_verbs())
    EXPECT_TRUE(tried.contains(verb.name) || is_without_files(verb.name)) << verb.name << " is not tried here";
}

TEST_F(RunCode, IsAskedForWhereAProgramCouldServe) {
  const std::string file = at("stranger.pt");
  write_text(file, hostile_bytes(metadata()));
  for (const auto& words : uses(file)) {
    const bool draws = std::set<std::string>{"sample", "interpolate", "arithmetic", "synthesize"}.contains(words[0]);
    const bool compares = words[0] == "neighbours" || (words[0] == "eval" && words[3] != file);
    if (!draws && !compares) continue;
    const Thrown thrown = dcgan_.refusal(words);
    EXPECT_TRUE(refused(thrown, 2, "--run-code")) << words[0];
    EXPECT_CONTAINS(thrown.what, "would run its code with your rights");
  }
  write_text(at("stranger.pt"), hostile_bytes(""));
  const Thrown thrown = dcgan_.refusal({"sample", at("stranger.pt"), "--out", at("x.png")});
  EXPECT_TRUE(refused(thrown, 1, "--run-code"));
  EXPECT_CONTAINS(thrown.what, "not a generator that dcgan exported");
}

TEST_F(RunCode, OfOneOfOurFilesIsNeverNeededWhateverProgramIsPutIntoIt) {
  ArchiveParts parts = ArchiveParts::of(own());
  parts.record("__torch__.py").set(ArchiveParts::of(hostile_bytes("")).record("__torch__.py").data, false);
  parts.record("__torch__.py").set("class DcganGenerator(Module):\n  def __setstate__", true);
  write_text(at("changed.pt"), parts.text());
  ASSERT_EXIT_CODE(dcgan_({"sample", at("changed.pt"), "--count", "6", "--out", at("changed.npy")}), 0);
  ASSERT_EXIT_CODE(dcgan_({"sample", kExports + "dcgan.pt", "--count", "6", "--out", at("own.npy")}), 0);
  EXPECT_EQ(read_text(at("changed.npy")), read_text(at("own.npy")));
}

/// Features that are the mean colours.
std::string feature_network(const std::string& more = "") {
  torch::jit::Module module("Means");
  module.define("def forward(self, x: Tensor) -> Tensor:\n    return x.mean([2, 3])" + more + "\n");
  std::ostringstream out;
  module.save(out);
  return out.str();
}

TEST_F(RunCode, OnceSaidIsRememberedForThatVeryFileAndThisUserAlone) {
  write_text(at("features.pt"), feature_network());
  const std::vector<std::string> plain = {"eval",       kExports + "dcgan.pt", "--data",    at("pics"),
                                          "--features", at("features.pt"),     "--samples", "4"};
  std::vector<std::string> agreed = plain;
  agreed.push_back("--run-code");
  EXPECT_EXIT_CODE(dcgan_(plain), 2);
  EXPECT_EXIT_CODE(dcgan_(agreed), 0);
  EXPECT_EXIT_CODE(dcgan_(plain), 0);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(at("state/dcgan"))) {
    struct stat status {};
    ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 1);
  std::filesystem::copy_file(at("features.pt"), at("copy.pt"));
  auto of_copy = plain;
  of_copy[5] = at("copy.pt");
  EXPECT_EXIT_CODE(dcgan_(of_copy), 0);
  write_text(at("features.pt"), feature_network(" + 1"));
  EXPECT_EXIT_CODE(dcgan_(plain), 2);
}

TEST_F(RunCode, WhereNothingCanBeRememberedHoldsForThisTimeAndSaysSo) {
  write_text(at("features.pt"), feature_network());
  write_text(at("state"), "no folder");
  const std::vector<std::string> plain = {"eval",       kExports + "dcgan.pt", "--data",    at("pics"),
                                          "--features", at("features.pt"),     "--samples", "4"};
  std::vector<std::string> agreed = plain;
  agreed.push_back("--run-code");
  const Finished done = dcgan_(agreed);
  EXPECT_EXIT_CODE(done, 0);
  EXPECT_SAYS(done, "applies this time only");
  const Finished later = dcgan_(plain);
  EXPECT_EXIT_CODE(later, 2);
  EXPECT_SAYS(later, "what was agreed to before cannot be read");
}

TEST_F(RunCode, OfATrainingHoldsWhenItGoesOn) {
  write_text(at("features.pt"), feature_network());
  const auto train = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--eval-features", at("features.pt"), "--eval-every", "16", "--images", "16"});
    return dcgan_.small_train("pics", "run", more);
  };
  EXPECT_EXIT_CODE(dcgan_(train({})), 2);
  EXPECT_FALSE(std::filesystem::exists(at("run")));
  EXPECT_EXIT_CODE(dcgan_(train({"--run-code"})), 0);
  EXPECT_EXIT_CODE(dcgan_({"train", "--resume", "--run", at("run"), "--images", "32"}), 0);
  EXPECT_FALSE(contains(read_text(at("run/config.json")), "run_code"));
}

TEST_F(RunCode, LetsAnotherProgramsGeneratorBeUsed) {
  Json told = Json::parse(metadata());
  torch::jit::Module module("Other");
  module.define(
      "def forward(self, z: Tensor, y: Optional[Tensor] = None) -> Tensor:\n"
      "    return torch.zeros([z.size(0), 3, 16, 16]) + z.sum([1]).reshape([-1, 1, 1, 1]).tanh()\n");
  module.save(at("other.pt"), {{"dcgan.json", compact(told)}});
  EXPECT_SAYS(dcgan_({"sample", at("other.pt"), "--out", at("x.png")}), "changed by another program");
  told.erase("sha256");
  module.save(at("other.pt"), {{"dcgan.json", compact(told)}});
  EXPECT_CONTAINS(dcgan_({"inspect", at("other.pt")}).out, "program of another, which says that it is");
  EXPECT_EXIT_CODE(dcgan_({"sample", at("other.pt"), "--out", at("x.png")}), 2);
  EXPECT_FALSE(std::filesystem::exists(at("x.png")));
  EXPECT_EXIT_CODE(dcgan_({"sample", at("other.pt"), "--run-code", "--out", at("x.png")}), 0);
  EXPECT_EXIT_CODE(dcgan_({"sample", at("other.pt"), "--out", at("y.png")}), 0);
  EXPECT_EQ(read_text(at("x.png")).size(), read_text(at("y.png")).size());
}

}  // namespace
}  // namespace dcgan::test
