#include "core/text.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

namespace dcgan::test::texts {
namespace {

TEST(Printable, LeavesValidUtf8AsItIs) {
  for (const char* text : {"", "plain name.png", "얼굴 사진.png", "猫の写真.jpg", "人脸/图片.png", "é", "🐈",
                           "\xF4\x8F\xBF\xBF", "\xEF\xBF\xBD", "\xED\x9F\xBF", "\xEE\x80\x80", "back\\slash"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, EscapesControlCharacters) {
  EXPECT_EQ(printable("a\nb\tc\x1b[31m\x7f"), "a\\x0ab\\x09c\\x1b[31m\\x7f");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
}

// U+0080 to U+009F: a terminal may take U+009B for the start of a command.
TEST(Printable, EscapesTheControlCharactersAboveAscii) {
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m"),
            "\\xc2\\x9b31m");
  EXPECT_EQ(printable("\xC2\x80\xC2\x9F"), "\\xc2\\x80\\xc2\\x9f");
  EXPECT_EQ(printable("\xC2\xA0"), "\xC2\xA0");
}

TEST(Printable, EscapesBytesThatAreNoUtf8) {
  EXPECT_EQ(printable("a\xff\xfe"
                      "b"),
            "a\\xff\\xfeb");
  EXPECT_EQ(printable("\x80"), "\\x80");
  EXPECT_EQ(printable("caf\xe9.png"), "caf\\xe9.png");  // Latin-1
  EXPECT_EQ(printable("\xc3\xb1\xf0"), "\xc3\xb1\\xf0");
}

TEST(Printable, EscapesSequencesThatAreCutOff) {
  EXPECT_EQ(printable("\xEA\xB0"), "\\xea\\xb0");
  EXPECT_EQ(printable("\xEA\xB0"
                      "x"),
            "\\xea\\xb0x");
  EXPECT_EQ(printable("\xF0\x9F\x90"), "\\xf0\\x9f\\x90");
  EXPECT_EQ(printable("\xC3"), "\\xc3");
}

TEST(Printable, EscapesOverlongFormsSurrogatesAndWhatLiesBeyondUnicode) {
  EXPECT_EQ(printable("\xC0\x80"), "\\xc0\\x80");
  EXPECT_EQ(printable("\xC1\xBF"), "\\xc1\\xbf");
  EXPECT_EQ(printable("\xE0\x9F\xBF"), "\\xe0\\x9f\\xbf");
  EXPECT_EQ(printable("\xF0\x8F\xBF\xBF"), "\\xf0\\x8f\\xbf\\xbf");
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(printable("\xED\xBF\xBF"), "\\xed\\xbf\\xbf");
  EXPECT_EQ(printable("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(printable("\xF5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80");
}

TEST(NumberText, PutsCommasBetweenThousands) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1000), "1,000");
  EXPECT_EQ(with_commas(1234567), "1,234,567");
  EXPECT_EQ(with_commas(-1234), "-1,234");
  EXPECT_EQ(with_commas(-123), "-123");
  EXPECT_EQ(with_commas(std::numeric_limits<int64_t>::max()), "9,223,372,036,854,775,807");
}

TEST(NumberText, ReadsBackAsTheSameNumber) {
  for (const double value : {0.1, 0.0002, 1.0 / 3, 1e300, 5e-324, -2.5, 123456789.0, 0.1 + 0.2})
    EXPECT_EQ(std::strtod(number_text(value).c_str(), nullptr), value);
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(2), "2");
}

TEST(NumberText, HasFixedDecimalsAndZeros) {
  EXPECT_EQ(fixed_text(1.005, 1), "1.0");
  EXPECT_EQ(fixed_text(-0.126, 2), "-0.13");
  EXPECT_EQ(zero_padded(7, 6), "000007");
  EXPECT_EQ(zero_padded(1234567, 6), "1234567");
  EXPECT_EQ(zero_padded(0, 1), "0");
}

TEST(BytesText, ChoosesTheUnit) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(1000), "1.0 kB");
  EXPECT_EQ(bytes_text(12'345'678), "12.3 MB");
  EXPECT_EQ(bytes_text(999'700), "1.0 MB");
  EXPECT_EQ(bytes_text(345e9), "345 GB");
  EXPECT_EQ(bytes_text(99.96e9), "100 GB");
  EXPECT_EQ(bytes_text(5e15), "5000 TB");
}

TEST(DurationText, ChoosesTheUnit) {
  EXPECT_EQ(duration_text(0), "0.0 s");
  EXPECT_EQ(duration_text(9.96), "10 s");
  EXPECT_EQ(duration_text(42.4), "42 s");
  EXPECT_EQ(duration_text(59.7), "1 min 00 s");
  EXPECT_EQ(duration_text(185), "3 min 05 s");
  EXPECT_EQ(duration_text(3599.6), "1 h 00 min");
  EXPECT_EQ(duration_text(2 * 3600 + 7 * 60 + 59), "2 h 07 min");
  EXPECT_EQ(duration_text(-1), "unknown");
  EXPECT_EQ(duration_text(std::numeric_limits<double>::quiet_NaN()), "unknown");
  EXPECT_EQ(duration_text(std::numeric_limits<double>::infinity()), "unknown");
}

TEST(Counted, UsesThePluralButForOne) {
  EXPECT_EQ(counted(1, "image"), "1 image");
  EXPECT_EQ(counted(0, "image"), "0 images");
  EXPECT_EQ(counted(2000, "image"), "2,000 images");
  EXPECT_EQ(counted(2, "batch", "batches"), "2 batches");
  EXPECT_EQ(counted(1, "batch", "batches"), "1 batch");
}

TEST(EditDistance, CountsInsertionsDeletionsAndReplacements) {
  EXPECT_EQ(edit_distance("", ""), 0);
  EXPECT_EQ(edit_distance("abc", ""), 3);
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
  EXPECT_EQ(edit_distance("lr", "lr"), 0);
  EXPECT_EQ(edit_distance("flaw", "lawn"), 2);
}

TEST(EditDistance, OfNeighboursThatChangedPlacesIsOne) {
  EXPECT_EQ(edit_distance("trian", "train"), 1);
  EXPECT_EQ(edit_distance("sede", "seed"), 1);
  EXPECT_EQ(edit_distance("ab", "ba"), 1);
  EXPECT_EQ(edit_distance("badc", "abcd"), 2);
  EXPECT_EQ(edit_distance("ca", "abc"), 3);  // a letter that has moved is not edited again
}

TEST(CsvField, QuotesWhatWouldEndIt) {
  EXPECT_EQ(csv_field("a b.png"), "a b.png");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(csv_field("a\nb"), "\"a\nb\"");
}

TEST(Texts, AreJoinedAndMadeLowercase) {
  EXPECT_EQ(joined({}, ", "), "");
  EXPECT_EQ(joined({"a"}, ", "), "a");
  EXPECT_EQ(joined({"a", "b", "c"}, ", "), "a, b, c");
  EXPECT_EQ(lowercase("PnG-Ä"), "png-Ä");  // ASCII only: no locale
}

}  // namespace
}  // namespace dcgan::test::texts
