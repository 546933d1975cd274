// Which folders are classes, what is passed over, and dataset.json: the same in a folder and in an archive of it.
#include "dataset/class_folders.hpp"

#include <gtest/gtest.h>

#include <map>

#include "dataset/label_list.hpp"
#include "dataset/source.hpp"
#include "opening.hpp"
#include "support/thrown.hpp"
#include "support/zip.hpp"

namespace dcgan::test::opening {
namespace {

using Files = std::map<std::string, std::string>;  // path, content; "" for a picture of its own

/// What a set says of itself: "a/1.png": "a", and so on; "-" for no class.
struct Seen {
  std::map<std::string, std::string> classes;
  std::vector<std::string> names;
  std::string remarks;
};

class Sets : public OpenDataset {
 protected:
  Seen seen_of(const fs::path& path) {
    const auto source = open_source(path);
    Seen seen;
    seen.names = source->classes();
    for (const auto& remark : source->remarks()) seen.remarks += remark + "\n";
    for (int64_t i = 0; i < source->count(); ++i)
      seen.classes[source->name(i)] = source->label(i) < 0 ? "-" : seen.names[static_cast<size_t>(source->label(i))];
    return seen;
  }
  /// Of a folder and of an archive with these files; both must say the same.
  Seen seen(const Files& files) {
    ZipMaker zip;
    const std::string name = "set" + std::to_string(sets_++);
    uint64_t number = 0;
    for (const auto& [path, content] : files) {
      const std::string bytes = content.empty() ? png_of(noise(8, 8, 3, ++number)) : content;
      write_text(folder / name / path, bytes);
      zip.add(path, bytes);
    }
    write_text(folder / (name + ".zip"), zip.whole());
    const Seen on_disk = seen_of(folder / name), in_archive = seen_of(folder / (name + ".zip"));
    EXPECT_EQ(on_disk.classes, in_archive.classes);
    EXPECT_EQ(on_disk.names, in_archive.names);
    return on_disk;
  }

 private:
  int sets_ = 0;
};

using Names = std::vector<std::string>;

TEST_F(Sets, PassOverTheLitterOfEverySystem) {
  for (const char* name : {"Thumbs.db",
                           "thumbs.DB",
                           "ehthumbs.db",
                           "ehthumbs_vista.db",
                           "desktop.ini",
                           "Desktop.ini",
                           "Icon\r",
                           "__MACOSX",
                           "@eaDir",
                           "#recycle",
                           "#snapshot",
                           "@Recycle",
                           "@Recently-Snapshot",
                           "$RECYCLE.BIN",
                           "$Recycle.Bin",
                           "RECYCLER",
                           "System Volume Information",
                           "lost+found",
                           "Network Trash Folder",
                           "Temporary Items",
                           "TheVolumeSettingsFolder",
                           "FOUND.000",
                           "found.017",
                           "SYNOFILE_THUMB_M.jpg",
                           "SYNOPHOTO_THUMB_XL.jpg",
                           ".hidden",
                           "LOST.DIR",
                           "a.jpg:Zone.Identifier",
                           "@__thumb",
                           "Picasa.ini"}) {
    EXPECT_TRUE(is_passed_over(name)) << name;
    for (const std::string& place : {std::string(name), std::string(name) + "/x.png", "cat/" + std::string(name),
                                     "cat/" + std::string(name) + "/deep/x.png"}) {
      const Seen found = seen({{"cat/1.png", ""}, {"dog/1.png", ""}, {place, ""}});
      EXPECT_EQ(found.names, (Names{"cat", "dog"})) << place;
      EXPECT_EQ(found.classes.size(), 2u) << place;
    }
  }
  for (const char* name : {"found.00a", "found.0000", "cat", "recycled", "Thumbs", "@home", "#1", "1.ini"})
    EXPECT_FALSE(is_passed_over(name)) << name;
}

TEST_F(Sets, HaveTheClassesInsideAFolderThatWrapsThemAll) {
  const std::map<std::string, std::string> expected = {{"cat", "cat"}, {"dog", "dog"}};
  for (const std::string front : {"photos/", "a/b/c/", "train/"})
    for (const Files& beside :
         {Files{}, {{front + "readme.txt", "x"}, {"LICENSE", "x"}, {"l/1.xml", "x"}, {"notes", "x"}}}) {
      Files files = {{front + "cat/1.png", ""}, {front + "cat/deep/2.png", ""}, {front + "dog/1.png", ""}};
      files.insert(beside.begin(), beside.end());
      const Seen found = seen(files);
      EXPECT_EQ(found.names, (Names{"cat", "dog"})) << front << beside.size();
      EXPECT_EQ(found.classes.at(front + "cat/deep/2.png"), "cat");
    }
}

TEST_F(Sets, OfOneFolderOfPicturesAreOneClassAsEver) {
  EXPECT_EQ(seen({{"cats/1.png", ""}, {"cats/2.png", ""}}).names, Names{"cats"});
  EXPECT_EQ(seen({{"a/b/1.png", ""}, {"a/b/2.png", ""}}).names, Names{"a"});
  EXPECT_EQ(seen({{"PetImages/Cat/1.png", ""}, {"PetImages/readme.txt", "x"}}).names, Names{"PetImages"});
  // A picture beside the folders says that they are no wrapping.
  EXPECT_EQ(seen({{"photos/1.png", ""}, {"photos/cat/1.png", ""}, {"photos/dog/1.png", ""}}).names, Names{"photos"});
  EXPECT_EQ(seen({{"photos/cat/1.png", ""}, {"photos/dog/1.png", ""}, {"unnamed", ""}}).names, Names{"photos"});
  EXPECT_EQ(seen({{"1.png", ""}, {"2.png", ""}}).names, Names{});
}

TEST_F(Sets, WithPartsForClassesSayWhichFolderToGive) {
  const Seen found = seen({{"train/a/1.png", ""}, {"test/a/1.png", ""}});
  EXPECT_EQ(found.names, (Names{"test", "train"}));
  EXPECT_CONTAINS(found.remarks, "give " + (folder / "set0/train").native());
  EXPECT_CONTAINS(seen_of(folder / "set0.zip").remarks, "unzip -q " + (folder / "set0.zip").native());
  EXPECT_FALSE(contains(seen({{"train/1.png", ""}, {"ship/1.png", ""}}).remarks, "taken for classes"));
}

/// Of parts the one to train on is advised, by its name, else by its size; never the last of the alphabet.
TEST_F(Sets, WithPartsAdviseTheOneToTrainOn) {
  struct Case {
    Files files;
    std::string advised;
  };
  const std::vector<Case> cases = {
      {{{"train/1.png", ""}, {"val/1.png", ""}, {"val/2.png", ""}}, "train"},
      {{{"test/1.png", ""}, {"train/a/1.png", ""}, {"val/1.png", ""}}, "train"},
      {{{"test/1.png", ""}, {"test/2.png", ""}, {"val/1.png", ""}}, "test"},
      {{{"train2017/1.png", ""}, {"val2017/1.png", ""}, {"annotations/x.json", "{}"}}, "train2017"},
      {{{"DIV2K_train_HR/1.png", ""}, {"DIV2K_valid_HR/1.png", ""}}, "DIV2K_train_HR"},
      {{{"trainA/1.png", ""}, {"trainB/1.png", ""}, {"trainB/2.png", ""}, {"testA/1.png", ""}}, "trainB"},
      {{{"w/Training/1.png", ""}, {"w/Testing/1.png", ""}}, "w/Training"},
      {{{"test1/1.png", ""}, {"train/1.png", ""}}, "train"},
      {{{"images/1.png", ""}, {"masks/1.png", ""}, {"masks/2.png", ""}}, "images"},
      {{{"VOC/JPEGImages/1.png", ""}, {"VOC/SegmentationClass/1.png", ""}}, "VOC/JPEGImages"}};
  int set = 0;
  for (const auto& [files, advised] : cases) {
    const std::string name = "set" + std::to_string(set++), remarks = seen(files).remarks;
    EXPECT_CONTAINS(remarks, "alone, give " + (folder / name / advised).native() + "\n") << advised;
    EXPECT_GT(open_source(folder / name / advised)->count(), 0) << advised;
    const std::string archive = seen_of(folder / (name + ".zip")).remarks;
    EXPECT_CONTAINS(archive, "unzip -q " + (folder / (name + ".zip")).native()) << advised;
    EXPECT_CONTAINS(archive, "give " + (folder / (name + "-unpacked") / advised).native() + ": ") << advised;
  }
  for (const Files& files : {Files{{"train/1.png", ""}, {"test tube/1.png", ""}, {"a/1.png", ""}, {"b/1.png", ""}},
                             Files{{"train 1/1.png", ""}, {"train 2/1.png", ""}}, Files{{"label/1.png", ""}},
                             Files{{"images/1.png", ""}, {"photos/1.png", ""}}})
    EXPECT_FALSE(contains(seen(files).remarks, "taken for classes")) << files.begin()->first;
}

TEST_F(Sets, NameClassesThatOtherSystemsTakeForOne) {
  EXPECT_CONTAINS(seen({{"Cat/1.png", ""}, {"cat/1.png", ""}}).remarks, "'Cat' and 'cat' differ in capitals");
  EXPECT_CONTAINS(seen({{"caf\u00e9/1.png", ""}, {"cafe\u0301/1.png", ""}}).remarks, "differ in capitals");
  EXPECT_EQ(seen({{"cat/1.png", ""}, {"cats/1.png", ""}}).remarks, "");
  Files many;
  for (int i = 10; i < 30; ++i)
    for (const char* letter : {"a", "A"}) many[letter + std::to_string(i) + "/1.png"] = "";
  EXPECT_CONTAINS(seen(many).remarks, "and 10 more");
}

/// Pictures of two shards, labelled by a list whose names are written in some way.
class LabelLists : public Sets {
 protected:
  Seen listed(const std::string& front, const std::function<std::string(const std::string&)>& written) {
    Files files;
    std::string labels;
    for (const std::string path : {"00000/img00.png", "00000/img01.png", "00001/img02.png", "00001/img03.png"}) {
      files[front + path] = "";
      labels += (labels.empty() ? "" : ", ") + std::string("[\"") + written(path) + "\", " +
                std::string(path[10] == '0' || path[10] == '2' ? "0" : "1") + "]";
    }
    files[front + "dataset.json"] = "{\"labels\": [" + labels + "]}";
    return seen(files);
  }
};

TEST_F(LabelLists, CountInsteadOfFoldersHoweverTheirNamesAreWritten) {
  const std::map<std::string, std::function<std::string(const std::string&)>> ways = {
      {"plain", [](const std::string& path) { return path; }},
      {"dot", [](const std::string& path) { return "./" + path; }},
      {"backslash", [](std::string path) { return path.replace(5, 1, "\\\\"); }},
      {"dot and backslash", [](std::string path) { return ".\\\\" + path.replace(5, 1, "\\\\"); }},
      {"slashes", [](std::string path) { return "/" + path.replace(5, 1, "//"); }},
      {"folder in front", [](const std::string& path) { return "afhq/" + path; }},
      {"folders in front", [](const std::string& path) { return "/home/me/afhq/" + path; }},
      {"bare", [](const std::string& path) { return path.substr(6); }}};
  for (const std::string front : {"", "wrap/", "wrap/again/"})
    for (const auto& [way, written] : ways) {
      const Seen found = listed(front, written);
      EXPECT_EQ(found.names, (Names{"0", "1"})) << way << " in '" << front << "'";
      EXPECT_EQ(found.classes, (std::map<std::string, std::string>{{front + "00000/img00.png", "0"},
                                                                   {front + "00000/img01.png", "1"},
                                                                   {front + "00001/img02.png", "0"},
                                                                   {front + "00001/img03.png", "1"}}))
          << way << " in '" << front << "'";
      EXPECT_EQ(found.remarks, "") << way;
    }
  const Seen wrapped = listed("wrap/", [](const std::string& path) { return "wrap/" + path; });
  EXPECT_EQ(wrapped.classes.at("wrap/00000/img01.png"), "1");
}

TEST_F(LabelLists, WithBareNamesThatAreThereTwiceDoNotGuess) {
  const Seen found = seen({{"a/1.png", ""},
                           {"b/1.png", ""},
                           {"b/2.png", ""},
                           {"dataset.json", R"({"labels": [["1.png", 0], ["2.png", 1]]})"}});
  EXPECT_EQ(found.classes.at("a/1.png"), "-");
  EXPECT_EQ(found.classes.at("b/1.png"), "-");
  EXPECT_EQ(found.classes.at("b/2.png"), "1");
}

TEST_F(LabelLists, BelowAFolderBesideWhichOtherThingsLieAreNotLostWithoutAWord) {
  const Seen found = seen({{"w/a/1.png", ""}, {"x/2.png", ""}, {"w/dataset.json", R"({"labels": [["a/1.png", 0]]})"}});
  EXPECT_CONTAINS(found.remarks, "labels in 'w/dataset.json' are not used");
}

TEST_F(LabelLists, ThatDoNotFitSaySoAndPicturesStay) {
  const auto remarks = [&](const std::string& json, size_t classes = 0) {
    const Seen found = seen({{"a/1.png", ""}, {"b/2.png", ""}, {"dataset.json", json}});
    EXPECT_EQ(found.classes.size(), 2u) << json;
    EXPECT_EQ(found.names.size(), classes) << json;
    return found.remarks;
  };
  EXPECT_CONTAINS(remarks(R"({"labels": null})"), "folders beside it are not classes");
  EXPECT_CONTAINS(remarks(R"({"labels": [["x.png", 0], ["y.png", 1]]})"),
                  "none of the 2 pictures in 'dataset.json' is there, the first is 'x.png'");
  EXPECT_CONTAINS(remarks(R"({"labels": [["a/1.png", 0], ["y.png", 1]]})", 2),
                  "1 picture of 2 in 'dataset.json' is missing, the first is 'y.png'");
  EXPECT_CONTAINS(remarks(R"({"labels": [["a/1.png", 0]]})", 1),
                  "1 file of 2 is not in 'dataset.json' and has no class, the first is 'b/2.png'");
  EXPECT_CONTAINS(remarks(R"({"labels": [["a/1.png", 0.5]]})"), "label 0 is not a class number");
  EXPECT_CONTAINS(remarks(R"({"labels": [["a/1.png", -1]]})"), "out of range: -1");
  EXPECT_CONTAINS(remarks(R"({"labels": [["a/1.png", 18446744073709551615]]})"), "out of range");
  EXPECT_CONTAINS(remarks(R"({"labels": ["a/1.png"]})"), "not a pair of a name and a number");
  EXPECT_CONTAINS(remarks(R"({"labels": 7})"), "is not a list");
  EXPECT_CONTAINS(remarks(R"({"labels": [["a/1.png", 0], )"), "dataset.json");
  EXPECT_CONTAINS(remarks(R"({"name": "mine"})", 2), "has no \"labels\" and is passed over");
}

TEST_F(LabelLists, AreNoPictureAndDoNotStopStrict) {
  put("set/a/1.png", noise(16, 16, 3, 1)), put("set/b/2.png", noise(16, 16, 3, 2));
  write_text(folder / "set/dataset.json", R"({"labels": [["a/1.png", 1], ["b/2.png", 0]]})");
  write_text(folder / "set/Thumbs.db", "x"), write_text(folder / "set/@eaDir/a/x.png", "x");
  options.strict = true;
  const Dataset dataset = open("set");
  EXPECT_EQ(labels_of(dataset), (std::vector<int32_t>{1, 0}));
  EXPECT_TRUE(dataset.pixels->info().skipped.empty());
}

TEST_F(LabelLists, OfOtherLabelsMakeAnotherSet) {
  put("set/a/1.png", noise(16, 16, 3, 1)), put("set/b/2.png", noise(16, 16, 3, 2));
  std::vector<std::string> identities = {identity(open("set"))};
  for (const char* labels : {"null", R"([["a/1.png", 1], ["b/2.png", 0]])", R"([["a/1.png", 0], ["b/2.png", 1]])"}) {
    write_text(folder / "set/dataset.json", "{\"labels\": " + std::string(labels) + "}");
    identities.push_back(identity(open("set")));
  }
  EXPECT_EQ(identities[0], identities[1]);  // runs that began before lists were read in folders go on
  EXPECT_NE(identities[1], identities[2]);
  EXPECT_NE(identities[2], identities[3]);
}

/// What an archive's pictures were before wrapping folders, "\" and code pages were understood: resume compares it.
TEST_F(Sets, KeepTheIdentityThatRunsKnow) {
  const std::string picture = png_of(noise(8, 8, 3, 1));
  const auto identity = [&](const std::string& name) {
    write_text(folder / "x.zip", ZipMaker().add("0.png", picture).add(name, picture).whole());
    return open_source(folder / "x.zip")->identity_of(1, "digest");
  };
  EXPECT_EQ(identity("wrap/a/1.png"), "0\nwrap/a/1.png\ndigest");
  EXPECT_EQ(identity("a\\1.png"), "-1\na\\1.png\ndigest");
  EXPECT_EQ(identity("a/\x82.png"), "0\na/\\x82.png\ndigest");
  write_text(folder / "x.zip", ZipMaker().add("w/a/1.png", picture).add("w/b/1.png", picture).whole());
  EXPECT_EQ(open_source(folder / "x.zip")->identity_of(1, "digest"), "0\nw/b/1.png\ndigest");
}

}  // namespace
}  // namespace dcgan::test::opening
