// Types every command of the documentation as a reader would, from the top of a page to its end, beside pictures and
// runs of the names that the pages use; with small networks and a few images, since the words are what is tested.
#include <torch/script.h>

#include <algorithm>

#include "docs/commands.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

const std::filesystem::path kRepository = DCGAN_TEST_REPOSITORY;

/// Pictures, runs and files for all pages; each page works on a copy.
class Fixtures {
 public:
  Fixtures() {
    for (const std::string folder : {"photos", "train", "test", "other-programs-images", "moved"})
      for (const std::string name : {"shoe", "bag", "coat"})
        for (int i = 0; i < 12; ++i)
          write_text(dcgan_.at(folder + "/" + name + "/" + std::to_string(i) + ".png"),
                     encode_png(made_picture(16, 3, folder == "test" ? 50 + i : i)));
    train("runs/00000-photos", {});
    for (const char* seed : {"1", "2", "3"}) train(std::string("runs/") + "abc" [*seed - '1'], { "--seed", seed });
    train("shoes", {"--conditional"});
    const std::string run = dcgan_.at("runs/00000-photos");
    done({"train", dcgan_.at("photos"), "--run", dcgan_.at("example"), "--preset", "pytorch-example", "--base-channels",
          "8", "--batch", "8", "--images", "16", "--eval-every", "0"});
    done({"sample", run, "--images", "3", "--out", dcgan_.at("one.png")});
    done({"sample", run, "--count", "4", "--out", dcgan_.at("numbers.npy"), "--save-latents", dcgan_.at("latent.npy")});
    Image hidden(16, 16, 1);
    for (int64_t x = 0; x < 8; ++x) hidden.at(x, 3)[0] = 255;
    write_text(dcgan_.at("hidden.png"), encode_png(hidden));
    for (const char* name : {"photo.png", "-name.png"}) write_text(dcgan_.at(name), encode_png(made_picture(16, 3, 3)));
    torch::jit::Module network("network");
    network.define("def forward(self, x):\n    return x.mean(3).flatten(1)\n");
    network.save(dcgan_.at("inception.pt"));
  }
  void copy_to(const std::filesystem::path& place) const {
    std::filesystem::copy(dcgan_.at(""), place, std::filesystem::copy_options::recursive);
    std::filesystem::create_directories(place / ".config/fish/completions");
    std::filesystem::create_directories(place / "build/release");
    std::filesystem::create_symlink(DCGAN_TEST_PROGRAM, place / "build/release/dcgan");
    std::filesystem::create_symlink(kRepository / "models", place / "models");
  }

 private:
  void done(const std::vector<std::string>& words) const { EXPECT_EXIT_CODE(dcgan_(words), 0); }
  void train(const std::string& name, std::vector<std::string> more) const {
    more.insert(more.end(), {"--images", "32", "--eval-every", "0"});
    done(dcgan_.small_train("photos", name, more));
  }
  Program dcgan_;
};

struct Rewriting {
  const char *page, *from, *to;  // page "": every one; from: a regular expression
};
/// What stands for something of the reader's, and budgets.
const Rewriting kRewritings[] = {
    {"formats.md", "\\bMODEL\\b", "example"},
    {"formats.md", "inspect FILE\\b", "inspect generator.onnx"},
    {"data.md", "\\bunpack FILE\\b", "unpack numbers.npy"},
    {"", "(.*)MODEL(.*--class .*)", "$1shoes$2"},
    {"", "MASTER_PORT=29500", "MASTER_PORT=$$PORT"},
    {"", "synthesize RUN", "synthesize shoes"},
    {"", "RUN/checkpoints/N+", "runs/00000-photos/checkpoints/000000032"},
    {"", "\\b(MODEL|RUN|DIR)\\b", "runs/00000-photos"},
    {"", "\\bVERB\\b", "train"},
    {"", "\\bDATA\\b|data/(letters|photos)\\b", "photos"},
    {"", "train faces ", "train photos "},
    {"", "\\bNEW_PLACE\\b", "moved"},
    {"", "\\bFOLDER\\b", "unpacked"},
    {"", "\\bFILE\\.png\\b", "one.png"},
    {"", "--preset NAME", "--preset small-data"},
    {"", "\\bHOST:29400|\\bHOST\\b", "127.0.0.1"},
    {"", "(sample .*)100k", "$016"},
    {"", "--images (200k|2695680|1M)", "--images 40"},
    {"", "--time (25|30)m", "--images 40"},
    {"", "--samples 50k", "--samples 32"},
    {"", "--init-from models/\\S+", "--init-from runs/00000-photos"},  // which is as small as those that begin with it
    {"", "--size 32 --init-from", "--init-from"},
    {"", "--per-class 500", "--per-class 4 --lessons 64 --confidence 0"},
    {"", "--frames [0-9]+", "--frames 3"},
    {"", "dcgan probe", "dcgan probe --labels 6"},
    {"", "--steps [0-9]+", ""},
    {"", "dcgan toy", "dcgan toy --steps 20"},
    {"", "dcgan invert", "dcgan invert --steps 3 --starts 2"},
    {"", "dcgan bench", "dcgan bench --size 16 --base-channels 8 --seconds 0.05 --rounds 1"},
    {"", "dcgan eval (?!.*--samples)", "dcgan eval --samples 32 --real 64 "},
    {"", "dcgan serve(?!.*--port)", "dcgan serve --port 0"},
    {"", "(build/release/)?dcgan serve", "served dcgan serve"},
    {"", "dcgan train (?!.*(--resume|--help|--size|FILE.pack))", "dcgan train --size 16 "},
    {"", "dcgan train (?!.*(--resume|--help))",
     "dcgan train --base-channels 8 --latent 8 --batch 8 --threads 1 --eval-every 0 "},
    {"", "dcgan train (?!.*(--images|--epochs|--time|--help))", "dcgan train --images 40 "},
};

/// Commands that want what no test has, and where their like is tried.
const std::pair<const char*, const char*> kLeftOut[] = {
    {"scripts/quickstart", "it builds; .ci/run calls it"},
    {"scripts/test", "it calls this test"},
    {"--nnodes 2", "two machines"},
    {"mpirun", "MPI; its variables are read in tests/dist/launch_test.cpp"},
    {"srun", "Slurm; the same"},
};

std::string as_run(const std::string& page, std::string command) {
  for (const auto& [where, from, to] : kRewritings)
    if (*where == '\0' || page == where) command = std::regex_replace(command, std::regex(from), to);
  return command;
}

std::vector<std::string> pages() {
  std::vector<std::string> all = {"README.md"};
  for (const char* folder : {"docs", "models"})
    for (const auto& file : std::filesystem::directory_iterator(kRepository / folder))
      if (file.path().extension() == ".md" && !documented_commands(file.path()).empty())
        all.push_back(std::string(folder) + "/" + file.path().filename().string());
  std::sort(all.begin(), all.end());
  return all;
}

class Documentation : public ::testing::TestWithParam<std::string> {
 protected:
  static const Fixtures& fixtures() {
    static const Fixtures made;
    return made;
  }
};

TEST_P(Documentation, CommandsDoWhatTheySayTheyDo) {
  const TemporaryFolder place;
  fixtures().copy_to(place / "here");
  const std::filesystem::path program = DCGAN_TEST_PROGRAM, python = DCGAN_TEST_READERS_PYTHON,
                              torchrun = DCGAN_TEST_TORCHRUN;
  const std::string setting =
      "cd '" + (place / "here").string() +
      "' && export PORT=$((20000 + $$ % 20000)) HOME=$PWD XDG_CACHE_HOME=$PWD/cache OMP_WAIT_POLICY=passive PATH='" +
      program.parent_path().string() + ":" + python.parent_path().string() + ":" + torchrun.parent_path().string() +
      "':$PATH\n";
  // What serves until it is told to stop is told so when it has said where.
  const std::string served =
      "served() { coproc \"$@\"; local pid=$COPROC_PID; read -r <&\"${COPROC[0]}\"; kill $pid; wait $pid; }\n";
  const std::string name = std::filesystem::path(GetParam()).filename();
  for (const auto& [text, is_python] : documented_commands(kRepository / GetParam())) {
    if (is_python) {
      if (python.empty()) continue;
      write_text(place / "here/block.py", text);
      const auto [said, code] =
          output_of("cd '" + (place / "here").string() + "' && '" + python.string() + "' block.py");
      EXPECT_EQ(code, 0) << text << said;
      continue;
    }
    if (std::any_of(std::begin(kLeftOut), std::end(kLeftOut),
                    [&](const auto& one) { return contains(text, one.first); }))
      continue;
    if (contains(text, "torchrun") && torchrun.empty()) continue;
    ASSERT_NE(text.find("dcgan "), std::string::npos) << "what is this? " << text;
    const std::string command = as_run(name, text);
    write_text(place / "command.sh", setting + served + command + "\n");
    const auto [said, code] = output_of("bash '" + (place / "command.sh").string() + "'");
    EXPECT_EQ(code, 0) << text << "\nrun as: " << command << "\n" << said;
  }
}

INSTANTIATE_TEST_SUITE_P(Pages, Documentation, ::testing::ValuesIn(pages()), [](const auto& info) {
  return std::regex_replace(info.param, std::regex("[^A-Za-z0-9]"), "_");
});

}  // namespace
}  // namespace dcgan::test
