#include "latent/syntax/expression.hpp"

#include <gtest/gtest.h>

#include <tuple>

#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

using Terms = std::vector<WrittenTerm>;

TEST(WrittenSum, IsTermsOfNames) {
  EXPECT_EQ(parse_terms("3"), (Terms{{false, {"3"}}}));
  EXPECT_EQ(parse_terms("3,17 - 5:6 + z.npy#2"), (Terms{{false, {"3", "17"}}, {true, {"5:6"}}, {false, {"z.npy#2"}}}));
  EXPECT_EQ(parse_terms(" -( 1 ,2)+3 "), (Terms{{true, {"1", "2"}}, {false, {"3"}}}));
}

TEST(WrittenSum, KeepsSignsAndBlanksInQuotes) {
  EXPECT_EQ(parse_terms("'my-z.npy#3' - 5"), (Terms{{false, {"my-z.npy#3"}}, {true, {"5"}}}));
  EXPECT_EQ(parse_terms("\"my z.npy\"+2"), (Terms{{false, {"my z.npy"}}, {false, {"2"}}}));
  EXPECT_EQ(parse_terms("'a,(b).npy'#3,4"), (Terms{{false, {"a,(b).npy#3", "4"}}}));
  EXPECT_EQ(parse_terms("\"it's +.npy\""), (Terms{{false, {"it's +.npy"}}}));
  EXPECT_EQ(parse_terms("it's.npy"), (Terms{{false, {"it's.npy"}}})) << "quotes count at the beginning of a name";
}

TEST(WrittenSum, IsRefusedWhereItDoesNotGoOn) {
  for (const auto& [text, what] :
       std::vector<std::pair<std::string, std::string>>{{"", "a latent should stand at its end"},
                                                        {"3 -", "a latent should stand at its end"},
                                                        {"''", "a latent should stand at its end"},
                                                        {"(3", "a ) should stand at its end"},
                                                        {"3 5", "a + or - should stand where '5' begins"},
                                                        {"3 + 'z.npy", "the second ' should stand at its end"},
                                                        {"\"z.npy'", "the second \" should stand at its end"},
                                                        {"3 \x1b", "where '\\x1b' begins"}}) {
    const Thrown thrown = thrown_by([&, &text = text] { parse_terms(text); });
    EXPECT_EQ(thrown.exit_code, 2) << text;
    EXPECT_CONTAINS(thrown.what, what);
    EXPECT_CONTAINS(thrown.hint, "3+5-8");
  }
}

TEST(WrittenSum, ThatTearsAFilesNameSaysHowToQuoteIt) {
  for (const auto& [text, piece, quoted] : std::vector<std::tuple<std::string, std::string, std::string>>{
           {"my-z.npy#3 - 5", "'my' is not a latent", "'my-z.npy#3'"},
           {"5 + my z.npy", "'my' is not a latent", "'my z.npy'"},
           {"5,a(1).npy#12,6", "'a' is not a latent", "'a(1).npy#12'"},
           {"5:6-x+y-z.npy#1+2", "'x' is not a latent", "'x+y-z.npy#1'"}}) {
    const Thrown thrown = thrown_by([&, &text = text] { parse_terms(text); });
    EXPECT_EQ(thrown.exit_code, 2) << text;
    EXPECT_CONTAINS(thrown.what, piece);
    EXPECT_CONTAINS(thrown.hint, "put quotes around");
    EXPECT_TRUE(thrown.hint.ends_with(": " + quoted)) << thrown.hint;
  }
  EXPECT_EQ(parse_terms("z.npy#3 - cat").size(), 2u) << "whether there is a cat is not decided here";
}

}  // namespace
}  // namespace dcgan::test
