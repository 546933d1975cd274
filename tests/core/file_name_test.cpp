// Names from files as names of files: whatever they hold, one plain name each.
#include "core/platform/io/file_name.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/platform/io/file.hpp"
#include "support/hostile_names.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

using Names = std::vector<std::string>;

TEST(PlainFileName, IsTheTextWhereThatIsOne) {
  for (const std::string text : {"cat", "right hand", "T-shirt", "a.b", "cats & dogs (2)", "고양이", "猫", "été", "~a",
                                 "a-", "communist", "com10", "lpt", "console", "nullable", "[x]", "100%"}) {
    EXPECT_EQ(plain_file_name(text), text);
  }
  EXPECT_EQ(plain_file_name(std::string(255, 'a')), std::string(255, 'a'));
}

TEST(PlainFileName, IsNeverAWayElsewhereNorWhatASystemReadsOtherwise) {
  const TemporaryFolder folder;
  for (const std::string& text : hostile_names()) {
    const std::string name = plain_file_name(text);
    EXPECT_FALSE(name.empty()) << text;
    EXPECT_LE(name.size(), 255u) << text;
    EXPECT_EQ(name.find_first_of(std::string("/\\:*?\"<>|\n\r\x1b\x7f\0", 14)), std::string::npos) << name;
    EXPECT_TRUE(name[0] != '.' && name[0] != '-' && name[0] != ' ') << name;
    EXPECT_TRUE(!name.ends_with('.') && !name.ends_with(' ')) << name;
    EXPECT_EQ(fs::path(name).filename(), name);
    EXPECT_EQ(plain_file_name(name), name) << "not plain yet";
    write_file(folder / name, text);
    EXPECT_EQ(read_file(folder / name), text);
    EXPECT_EQ(fs::canonical(folder / name).parent_path(), fs::canonical(folder.path()));
  }
}

TEST(PlainFileName, SaysWhatItIs) {
  EXPECT_EQ(plain_file_name(".."), "__");
  EXPECT_EQ(plain_file_name("../../evil"), "_.._.._evil");
  EXPECT_EQ(plain_file_name("/etc/passwd"), "_etc_passwd");
  EXPECT_EQ(plain_file_name("C:\\x"), "C__x");
  EXPECT_EQ(plain_file_name("nul.tar.gz"), "_nul.tar.gz");
  EXPECT_EQ(plain_file_name("Com1 .x"), "_Com1 .x");
  EXPECT_EQ(plain_file_name("-rf"), "_-rf");
  EXPECT_EQ(plain_file_name("end. ."), "end___");
  EXPECT_EQ(plain_file_name(""), "_");
  EXPECT_EQ(plain_file_name("\xff"), "_xff");
}

TEST(PlainFileNames, AreAllDifferentAndEveryTextThatIsANameKeepsIts) {
  const FileNames found = plain_file_names({"a/b", "A_B", "a_b", "a", "A", "a~2", "", "..", "___"});
  EXPECT_EQ(found.names, (Names{"a_b~2", "A_B", "a_b~3", "a", "A~3", "a~2", "_", "__", "___"}));
  ASSERT_EQ(found.remarks.size(), 5u);
  EXPECT_EQ(found.remarks[0], "the name 'a/b' is written as 'a_b~2': it is not a plain name for a file or folder");
  EXPECT_EQ(found.remarks[1], "the name 'a_b' is written as 'a_b~3': another has that name");
}

TEST(PlainFileNames, AreDifferentWhereCaseOrTheFormOfAccentsDoesNotCount) {
  const Names twins[] = {{"Katze", "kATZE"},         {"\u00e9t\u00e9", "e\u0301te\u0301"},
                         {"\u00c9", "\u00e9"},       {"\u041a\u043e\u0442", "\u043a\u043e\u0442"},
                         {"\uac00", "\u1100\u1161"}, {"\u304c", "\u304b\u3099"},
                         {"\u0141", "\u0142"},       {"\u03a3", "\u03c3"}};
  for (const Names& pair : twins) {
    const FileNames found = plain_file_names(pair);
    EXPECT_EQ(found.names[0], pair[0]);
    EXPECT_EQ(found.names[1], pair[1] + "~2");
    EXPECT_EQ(found.remarks.size(), 1u);
  }
  EXPECT_TRUE(plain_file_names({"cafe", "caf\u00e9", "\uac00", "\uac01"}).remarks.empty());
}

TEST(PlainFileNames, AvoidWhatIsTakenAndCutWhatIsLong) {
  const auto is_taken = [](const std::string& name) { return name == "manifest.csv" || name == "_manifest.csv"; };
  EXPECT_EQ(plain_file_names({"manifest.csv"}, is_taken).names, Names{"_manifest.csv~2"});
  const std::string longest(255, 'a');
  const FileNames found = plain_file_names({longest, longest, std::string(100'000, 'b'), std::string(100'001, 'b')});
  for (const auto& name : found.names) EXPECT_EQ(name.size(), 255u);
  EXPECT_EQ(std::set<std::string>(found.names.begin(), found.names.end()).size(), 4u);
}

TEST(PlainFileNames, OfVeryManyTwinsAreSoonThereAndSaidInAFewLines) {
  const FileNames found = plain_file_names(Names(100'000, "x"));
  EXPECT_EQ(std::set<std::string>(found.names.begin(), found.names.end()).size(), 100'000u);
  ASSERT_EQ(found.remarks.size(), 11u);
  EXPECT_EQ(found.remarks.back(), "99,989 more names are written otherwise");
}

TEST(FoldedFileName, IsEqualWhereSystemsTakeNamesForOne) {
  for (const auto& [a, b] : std::vector<std::pair<std::string, std::string>>{
           {"Cat", "cAT"}, {"caf\u00e9", "cafe\u0301"}, {"\xea\xb0\x80", "\u1100\u1161"}, {"\xff", "\xff"}})
    EXPECT_EQ(folded_file_name(a), folded_file_name(b)) << a;
  for (const auto& [a, b] : std::vector<std::pair<std::string, std::string>>{{"cat", "cats"}, {"e", "\u00e9"}})
    EXPECT_NE(folded_file_name(a), folded_file_name(b)) << a;
}

}  // namespace
}  // namespace dcgan::test
