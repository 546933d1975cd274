// Labels in tables and small files among pictures: they are named, and the command makes the classes that they mean.
#include "dataset/label_tables.hpp"

#include <gtest/gtest.h>

#include <map>

#include "core/text.hpp"
#include "dataset/source.hpp"
#include "support/pictures.hpp"
#include "support/process.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"
#include "support/zip.hpp"

namespace dcgan::test::label_tables {
namespace {

using Files = std::map<std::string, std::string>;  // path, content; "" for a picture of its own

class LabelTables : public ::testing::Test {
 protected:
  fs::path written(const Files& files) {
    const fs::path set = folder / ("it's set " + std::to_string(sets_++));
    uint64_t number = 0;
    for (const auto& [path, content] : files)
      write_text(set / path, content.empty() ? png_of(noise(8, 8, 3, ++number)) : content);
    return set;
  }
  static std::string remarks_of(const fs::path& path) { return joined(open_source(path)->remarks(), "\n"); }
  /// File names and their classes in what the command of the remark makes.
  static std::map<std::string, std::string> classes_by(const fs::path& set) {
    const std::string remarks = remarks_of(set);
    const size_t command = remarks.find("python3 -c");
    if (command == std::string::npos) return {};
    const auto [said, status] = output_of(remarks.substr(command));
    EXPECT_EQ(status, 0) << remarks << said;
    const auto made = open_source(set.native() + "-classes");
    std::map<std::string, std::string> classes;
    for (int64_t i = 0; i < made->count(); ++i) {
      EXPECT_EQ(made->probe(i).problem, "");
      classes[fs::path(made->name(i)).filename().native()] = made->classes()[static_cast<size_t>(made->label(i))];
    }
    return classes;
  }
  TemporaryFolder folder;

 private:
  int sets_ = 0;
};

const std::map<std::string, std::string> kExpected = {
    {"1.png", "cat"}, {"2.png", "a dog"}, {"3.png", "cat"}, {"4.png", "a dog"}};

TEST_F(LabelTables, InEveryDisguiseLeadToTheClassesThatTheyMean) {
  const std::map<std::string, std::string> tables = {
      {"labels.csv", "file,label\n1.png,cat\n2.png,a dog\n3.png,cat\n4.png,a dog\n"},
      {"train.csv", "id,breed\n1,cat\n2,a dog\n3,cat\n4,a dog\n"},
      {"bom.csv",
       "\xef\xbb\xbf"
       "file,label\r\n1.png,cat\r\n2.png,a dog\r\n3.png,cat\r\n4.png,a dog\r\n"},
      {"quoted.csv",
       "\"file\",\"label\"\n\"1.png\",\"cat\"\n\"2.png\",\"a dog\"\n\"3.png\",\"cat\"\n\"4.png\",\"a dog\""},
      {"first.csv", "class,path\ncat,img/1.png\na dog,img/2.png\ncat,img/3.png\na dog,img/4.png\n"},
      {"index.csv", ",path,label\n0,/x/1.png,cat\n1,/x/2.png,a dog\n2,/x/3.png,cat\n3,C:\\x\\4.png,a dog\n"},
      {"semicolon.csv", "Filename;Width;ClassId\n1.png;8;cat\n2.png;8;a dog\n3.png;8;cat\n4.png;8;a dog\n"},
      {"tabs.tsv", "img/1.png\tcat\nimg/2.png\ta dog\nimg/3.png\tcat\nimg/4.png\ta dog\n"}};
  for (const auto& [name, table] : tables)
    for (const std::string front : {"", "img/"}) {
      Files files = {{name, table}};
      for (const char* picture : {"1.png", "2.png", "3.png", "4.png"}) files[front + picture] = "";
      const fs::path set = written(files);
      EXPECT_CONTAINS(remarks_of(set), "'" + name + "' names the pictures, and classes perhaps");
      EXPECT_EQ(classes_by(set), kExpected) << name << " in '" << front << "'";
    }
  const fs::path blanks = written({{"1.png", ""}, {"2.png", ""}, {"list_attr.txt", "2\nBald\n1.png  1\n2.png -1\n"}});
  EXPECT_EQ(classes_by(blanks), (std::map<std::string, std::string>{})) << "with two pictures no class comes again";
  const std::string attributes = "3\nBald Old\n1.png  1  1\n2.png -1  1\n3.png  1 -1\n";
  const fs::path celeba = written({{"1.png", ""}, {"2.png", ""}, {"3.png", ""}, {"list_attr.txt", attributes}});
  EXPECT_EQ(classes_by(celeba).at("2.png"), "-1");
}

TEST_F(LabelTables, OfWebDatasetAreFilesBesideThePictures) {
  const fs::path set = written({{"1.png", ""}, {"1.cls", "7"}, {"2.png", ""}, {"2.cls", "3\n"}});
  EXPECT_CONTAINS(remarks_of(set), "files as '1.cls' hold the classes");
  EXPECT_EQ(classes_by(set), (std::map<std::string, std::string>{{"1.png", "7"}, {"2.png", "3"}}));
}

TEST_F(LabelTables, InAnArchiveSayThatItMustBeUnpacked) {
  const std::string table = "1.png,cat\n2.png,dog\n3.png,cat\n";
  ZipMaker zip;
  for (const char* name : {"1.png", "2.png", "3.png"}) zip.add(name, png_of(noise(8, 8, 3)));
  write_text(folder / "x.zip", zip.add("labels.csv", table).whole());
  EXPECT_CONTAINS(remarks_of(folder / "x.zip"), "to use it unpack the archive");
}

TEST_F(LabelTables, ThatAreNoneOrAreNotNeededAreNotSpokenOf) {
  const std::string table = "1.png,cat\n2.png,dog\n3.png,cat\n";
  for (const Files& beside : {Files{{"readme.txt", "1.png is the first, 2.png the second\nand so on\nfor ever\n"}},
                              Files{{"1.txt", "a cat on a mat"}, {"2.txt", "a dog on a log"}},
                              Files{{"other.csv", "7.png,cat\n8.png,dog\n9.png,cat\n"}},
                              Files{{"captions.csv", "1.png,one cat\n2.png,two dogs\n3.png,three\n"}},
                              Files{{"empty.csv", "\n"}}, Files{{"one.csv", "1.png\n2.png\n3.png\n"}}}) {
    Files files = {{"1.png", ""}, {"2.png", ""}, {"3.png", ""}};
    files.insert(beside.begin(), beside.end());
    EXPECT_EQ(remarks_of(written(files)), "") << beside.begin()->first;
  }
  EXPECT_EQ(remarks_of(written({{"cat/1.png", ""}, {"cat/3.png", ""}, {"dog/2.png", ""}, {"l.csv", table}})), "");
  EXPECT_CONTAINS(remarks_of(written({{"train/1.png", ""}, {"train/3.png", ""}, {"test/2.png", ""}, {"l.csv", table}})),
                  "'l.csv' names the pictures");
}

}  // namespace
}  // namespace dcgan::test::label_tables
