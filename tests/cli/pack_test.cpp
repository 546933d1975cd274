// Packs as a user meets them: made, unpacked, trained on, damaged, shared by processes.
#include <sched.h>

#include "dataset/pixels.hpp"
#include "support/program.hpp"

namespace dcgan::test {
namespace {

class Pack : public ::testing::Test {
 protected:
  void make_classes(const std::string& name, int count = 12) {
    make_pictures(dcgan.at(name) + "/left", count / 2, 20);
    make_pictures(dcgan.at(name) + "/right hand", count - count / 2, 16);
  }
  Finished pack(const std::string& data, const std::string& out, std::vector<std::string> more = {}) {
    return dcgan(pack_words(data, out, std::move(more)));
  }
  std::vector<std::string> pack_words(const std::string& data, const std::string& out,
                                      std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {"data", "pack", dcgan.at(data), "--out", dcgan.at(out), "--size", "16"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  /// Every verb that opens a pack; none of them leaves anything but "run" and "out".
  std::vector<std::vector<std::string>> uses_of(const std::string& name) const {
    return {dcgan.small_train(name, "run", {"--images", "16"}),
            {"inspect", dcgan.at(name)},
            {"doctor", dcgan.at(name)},
            {"data", "unpack", dcgan.at(name), "--out", dcgan.at("out")}};
  }
  /// All pixels, class by class, and what the classes are called.
  std::pair<std::vector<std::string>, std::vector<uint8_t>> content(const std::string& data) {
    DataOptions options;
    options.size = {16, 16}, options.cache = "off";
    const Dataset dataset = open_dataset(dcgan.at(data), options, 1, {});
    const PixelsInfo& info = dataset.pixels->info();
    std::vector<uint8_t> all(static_cast<size_t>(info.count * info.image_bytes()));
    for (int64_t i = 0; i < info.count; ++i) {
      dataset.pixels->copy(i, all.data() + i * info.image_bytes());
      all.push_back(static_cast<uint8_t>(dataset.pixels->label(i)));
    }
    return {info.classes, all};
  }
  std::vector<std::string> files_in(const std::string& name) {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(dcgan.at(name)))
      files.push_back(entry.path().filename().native());
    return files;
  }
  Program dcgan;
};

TEST_F(Pack, UnpackedIsTheFolderAgain) {
  make_classes("photos");
  const Finished packed = pack("photos", "p.pack");
  ASSERT_EXIT_CODE(packed, 0);
  EXPECT_NE(packed.out.find("12 pictures in 2 classes"), std::string::npos) << packed.out;
  ASSERT_EXIT_CODE(dcgan({"data", "unpack", dcgan.at("p.pack"), "--out", dcgan.at("again")}), 0);
  EXPECT_EQ(content("p.pack"), content("photos"));
  EXPECT_EQ(content("again"), content("photos"));
  EXPECT_EQ(content("photos").first, (std::vector<std::string>{"left", "right hand"}));
}

TEST_F(Pack, IsDescribedByInspectAndCheckedByDoctor) {
  make_classes("photos");
  write_text(dcgan.at("photos/notes.txt"), "no picture");
  ASSERT_EXIT_CODE(pack("photos", "p.pack"), 0);
  const Json found = Json::parse(dcgan({"inspect", dcgan.at("p.pack"), "--json"}).out);
  EXPECT_EQ(found["kind"], "pack");
  EXPECT_EQ(found["pictures"], 12);
  EXPECT_EQ(found["size"], "16");
  EXPECT_EQ(found["classes"], Json({{"left", 6}, {"right hand", 6}}));
  EXPECT_EQ(found["packed_from"], dcgan.at("photos"));
  EXPECT_EQ(found["changed_since"], false);
  EXPECT_EQ(found["skipped"][0]["name"], "notes.txt");
  const Json sound = Json::parse(dcgan({"doctor", dcgan.at("p.pack"), "--size", "16", "--json"}).out);
  EXPECT_EQ(sound["files"], 13);
  EXPECT_EQ(sound["usable"], 12);
  EXPECT_EQ(sound["classes"]["left"], 6);
  std::string bytes = read_text(dcgan.at("p.pack"));
  bytes[4096 + 5 * 16 * 16 * 3 + 7] ^= 1;
  write_text(dcgan.at("p.pack"), bytes);
  const Json damaged = Json::parse(dcgan({"doctor", dcgan.at("p.pack"), "--size", "16", "--json"}).out);
  EXPECT_EQ(damaged["usable"], 11);
  EXPECT_NE(damaged["unusable"][1]["reason"].get<std::string>().find("wrong checksum"), std::string::npos);
}

TEST_F(Pack, TrainsBitForBitAsItsFolderDoes) {
  make_classes("photos");
  ASSERT_EXIT_CODE(pack("photos", "p.pack"), 0);
  const std::vector<std::string> length = {"--images", "80", "--flip", "--precision", "fp32"};
  ASSERT_EXIT_CODE(dcgan(dcgan.small_train("photos", "a", length)), 0);
  ASSERT_EXIT_CODE(dcgan(dcgan.small_train("p.pack", "b", length)), 0);
  EXPECT_EQ(records_without_times(read_text(dcgan.at("a/log.jsonl"))),
            records_without_times(read_text(dcgan.at("b/log.jsonl"))));
  for (const char* run : {"a", "b"})
    ASSERT_EXIT_CODE(dcgan({"sample", dcgan.at(run), "--out", dcgan.at(std::string(run) + ".png")}), 0);
  EXPECT_TRUE(read_text(dcgan.at("a.png")) == read_text(dcgan.at("b.png")));
  // And a run that began on one goes on with the other.
  for (const auto& [run, data] : {std::pair{"a", "p.pack"}, std::pair{"b", "photos"}})
    ASSERT_EXIT_CODE(dcgan({"train", dcgan.at(data), "--resume", "--run", dcgan.at(run), "--images", "120"}), 0);
  EXPECT_EQ(records_without_times(read_text(dcgan.at("a/log.jsonl"))),
            records_without_times(read_text(dcgan.at("b/log.jsonl"))));
}

TEST_F(Pack, OfAFolderThatChangedIsUsedWithAWarningAndTheCacheIsMadeAnew) {
  make_classes("photos");
  ASSERT_EXIT_CODE(pack("photos", "p.pack"), 0);
  ASSERT_EXIT_CODE(dcgan(dcgan.small_train("photos", "a", {"--images", "16"})), 0);
  make_pictures(dcgan.at("photos") + "/new", 3);
  const Finished named = dcgan(dcgan.small_train("p.pack", "b", {"--images", "16"}));
  EXPECT_EXIT_CODE(named, 0);
  EXPECT_SAYS(named, "12 images in 2 classes");
  EXPECT_SAYS(named, "has changed since it was packed");
  const Finished cached = dcgan(dcgan.small_train("photos", "c", {"--images", "16"}));
  EXPECT_EXIT_CODE(cached, 0);
  EXPECT_SAYS(cached, "15 images in 3 classes");
  EXPECT_EQ(Json::parse(dcgan({"inspect", dcgan.at("p.pack"), "--json"}).out)["changed_since"], true);
  ASSERT_EXIT_CODE(pack("photos", "p.pack"), 0);
  EXPECT_EQ(content("p.pack"), content("photos"));
}

TEST_F(Pack, DamagedCutOffForeignOrOldIsOneClearErrorEverywhere) {
  make_classes("photos");
  ASSERT_EXIT_CODE(pack("photos", "p.pack"), 0);
  const std::string whole = read_text(dcgan.at("p.pack"));
  std::string damaged = whole, old = whole, begun = whole;
  damaged[whole.size() - 30] ^= 1, old[8] = 1, begun.replace(5, 3, "pck");
  struct Case {
    std::string bytes, says;
  };
  for (const Case& one : {Case{damaged, "is damaged"}, Case{whole.substr(0, whole.size() - 1), "is cut off"},
                          Case{whole.substr(0, 2000), "is cut off"}, Case{old, "is of another version"},
                          Case{begun, "is not complete"}}) {
    write_text(dcgan.at("bad.pack"), one.bytes);
    for (const auto& words : uses_of("bad.pack")) {
      const Thrown thrown = dcgan.refusal(words);
      EXPECT_TRUE(refused(thrown, 1, "bad.pack' " + one.says)) << words[0];
      EXPECT_CONTAINS(thrown.hint, "dcgan data pack");
    }
  }
  EXPECT_FALSE(std::filesystem::exists(dcgan.at("run")));
  EXPECT_FALSE(std::filesystem::exists(dcgan.at("out")));
}

TEST_F(Pack, WrongUseIsExitCode2WithAHint) {
  make_classes("photos");
  ASSERT_EXIT_CODE(pack("photos", "p.pack"), 0);
  write_text(dcgan.at("diary"), "dear");
  const std::string photos = dcgan.at("photos"), p = dcgan.at("p.pack"), out = dcgan.at("out");
  struct Case {
    std::vector<std::string> words;
    std::string says;
  };
  for (const Case& one : {
           Case{{"data", "pack"}, "`dcgan data pack --help`"},
           Case{{"data", "pack", photos, "--out"}, "`dcgan data pack --help`"},
           Case{{"pack", photos}, "did you mean `dcgan data pack`?"},
           Case{{"data", "pack", photos}, "--out"},
           Case{{"data", "pack", dcgan.at("none"), "--out", out}, "there is no '"},
           Case{{"data", "pack", photos, "--out", dcgan.at("diary")}, "is not a pack"},
           Case{{"data", "pack", photos, "--out", photos}, "is a folder"},
           Case{{"data", "pack", photos, "--out", photos + "/left/p.pack"}, "lies in the folder"},
           Case{{"data", "pack", photos, "--out", out, "--size", "50"}, "48"},
           Case{{"data", "pack", photos, "--out", out, "--flip"}, "--flip"},
           Case{{"data", "pack", p, "--out", out}, "is a pack already"},
           Case{{"data", "pack", photos, "--out", out, "--shards", "0"}, "--shards"},
           Case{{"data", "pack", photos, "--out", out, "--shards", "10001"}, "--shards"},
           Case{{"data", "pack", photos, "--out", out, "--shards", "13"}, "more than the 12 files"},
           Case{{"data", "pack", photos, "--out", out + "-00001-of-00002.pack"}, "the name of one shard"},
           Case{{"data", "unpack", p}, "--out"},
           Case{{"data", "unpack", photos, "--out", out}, "data pack"},
           Case{{"data", "unpack", dcgan.at("none"), "--out", out}, "there is no '"},
           Case{{"data", "unpack", dcgan.at("diary"), "--out", out}, "not a folder, pack, IDX, CIFAR or .npy file"},
           Case{{"data", "unpack", p, "--out", photos}, "not an empty folder"},
           Case{{"data", "unpack", p, "--out", dcgan.at("diary")}, "not an empty folder"},
           Case{{"data", "unpack", p, "--out", out, "--names", "a,b,c"}, "3 names for 2 classes"},
           Case{{"data", "unpack", p, "--out", out, "--names", "a,a"}, "twice"},
           Case{{"train", p, "--size", "32", "--run", out}, "--size asks for 32"},
           Case{{"train", p, "--fit", "pad", "--run", out}, "--fit asks for pad"},
       }) {
    EXPECT_TRUE(refused(dcgan.refusal(one.words), 2, one.says));
    EXPECT_FALSE(std::filesystem::exists(out));
  }
  EXPECT_EQ(read_text(dcgan.at("diary")), "dear");
}

TEST_F(Pack, KilledWhileItIsMadeAndMadeAgainIsTheSameFile) {
  make_pictures(dcgan.at("photos"), 400, 48);
  ASSERT_EXIT_CODE(pack("photos", "whole.pack"), 0);
  for (int time = 0; time < 3; ++time) {
    std::filesystem::create_directories(dcgan.at("place"));
    {
      Process process(dcgan.command(pack_words("photos", "place/p.pack", {"--threads", "1"})));
      while (files_in("place").empty()) ::sched_yield();
      process.kill(SIGKILL);
      process.wait();
    }
    ASSERT_EXIT_CODE(pack("photos", "place/p.pack"), 0);
    EXPECT_TRUE(read_text(dcgan.at("place/p.pack")) == read_text(dcgan.at("whole.pack")));
    EXPECT_EQ(files_in("place"), std::vector<std::string>{"p.pack"});
    std::filesystem::remove_all(dcgan.at("place"));
  }
}

TEST_F(Pack, InShardsIsReadByTwoProcessesAtOnceAndTrainsAsTheSinglePack) {
  make_classes("photos");
  ASSERT_EXIT_CODE(pack("photos", "p.pack"), 0);
  const Finished packed = pack("photos", "s.pack", {"--shards", "3"});
  ASSERT_EXIT_CODE(packed, 0);
  EXPECT_NE(packed.out.find("cut into 3 shards; train on it: dcgan train " + dcgan.at("s-00001-of-00003.pack")),
            std::string::npos)
      << packed.out;
  const std::vector<std::string> more = {"--images", "80", "--precision", "fp32"};
  Process a(dcgan.command(dcgan.small_train("s-00001-of-00003.pack", "a", more)));
  Process b(dcgan.command(dcgan.small_train("s-00003-of-00003.pack", "b", more)));
  EXPECT_EXIT_CODE(a.wait(), 0);
  EXPECT_EXIT_CODE(b.wait(), 0);
  ASSERT_EXIT_CODE(dcgan(dcgan.small_train("p.pack", "c", more)), 0);
  const auto records = records_without_times(read_text(dcgan.at("c/log.jsonl")));
  EXPECT_EQ(records_without_times(read_text(dcgan.at("a/log.jsonl"))), records);
  EXPECT_EQ(records_without_times(read_text(dcgan.at("b/log.jsonl"))), records);
}

TEST_F(Pack, InShardsIsOneDataSetToEveryVerbOrIsRefusedByEveryVerb) {
  make_classes("photos");
  ASSERT_EXIT_CODE(pack("photos", "p.pack", {"--shards", "3"}), 0);
  const std::string shard = dcgan.at("p-00002-of-00003.pack");
  const Json found = Json::parse(dcgan({"inspect", shard, "--json"}).out);
  EXPECT_EQ(found["pictures"], 12);
  EXPECT_EQ(found["shards"], 3);
  EXPECT_EQ(found["classes"], Json({{"left", 6}, {"right hand", 6}}));
  uintmax_t bytes = 0;
  for (const char* number : {"1", "2", "3"})
    bytes += std::filesystem::file_size(dcgan.at("p-0000" + std::string(number) + "-of-00003.pack"));
  EXPECT_EQ(found["bytes"], bytes);
  EXPECT_EQ(Json::parse(dcgan({"doctor", shard, "--size", "16", "--json"}).out)["usable"], 12);
  ASSERT_EXIT_CODE(dcgan({"data", "unpack", shard, "--out", dcgan.at("again")}), 0);
  EXPECT_EQ(content("again"), content("photos"));
  std::filesystem::remove(dcgan.at("p-00001-of-00003.pack"));
  for (const auto& words : uses_of("p-00002-of-00003.pack")) {
    const Thrown thrown = dcgan.refusal(words);
    EXPECT_TRUE(refused(thrown, 1, "p-00001-of-00003.pack' is missing")) << words[0];
    EXPECT_CONTAINS(thrown.hint, "p.pack --shards 3`");
  }
}

TEST_F(Pack, OfTheCacheIsMadeOnceByTwoProcessesAtOnce) {
  make_pictures(dcgan.at("photos"), 400, 48);
  std::filesystem::create_directories(dcgan.at("pixels"));
  const std::vector<std::string> more = {"--images", "80", "--precision", "fp32", "--cache", dcgan.at("pixels")};
  Process a(dcgan.command(dcgan.small_train("photos", "a", more)));
  Process b(dcgan.command(dcgan.small_train("photos", "b", more)));
  for (Process* process : {&a, &b}) {
    const Finished finished = process->wait();
    EXPECT_EXIT_CODE(finished, 0);
    EXPECT_SAYS(finished, "kept in ");
  }
  EXPECT_EQ(files_in("pixels").size(), 1u);
  EXPECT_EQ(records_without_times(read_text(dcgan.at("a/log.jsonl"))),
            records_without_times(read_text(dcgan.at("b/log.jsonl"))));
}

}  // namespace
}  // namespace dcgan::test
