#include "core/text.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

namespace dcgan::test::texts {
namespace {

std::string utf8(char32_t point) {
  const auto part = [&](int shift) { return static_cast<char>(0x80 | (point >> shift & 0x3F)); };
  if (point < 0x800) return {static_cast<char>(0xC0 | point >> 6), part(0)};
  if (point < 0x10000) return {static_cast<char>(0xE0 | point >> 12), part(6), part(0)};
  return {static_cast<char>(0xF0 | point >> 18), part(12), part(6), part(0)};
}

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

// "Trojan Source", Boucher and Anderson 2021: what is read is not what stands there.
TEST(Printable, EscapesCharactersThatAreNotSeenOrMoveOthers) {
  EXPECT_EQ(printable("cat\u202Egpj.exe"), "cat\\u{202e}gpj.exe");
  for (const char32_t point : {0xAD,   0x61C,  0x180E, 0x200B, 0x200E,  0x200F,  0x2028,  0x2029, 0x202A, 0x202B,
                               0x202C, 0x202D, 0x202E, 0x2060, 0x2066,  0x2067,  0x2068,  0x2069, 0x206F, 0x3164,
                               0xFEFF, 0xFFF9, 0xFFFA, 0xFFFB, 0xE0001, 0xE0041, 0xE007F, 0xE0100}) {
    const std::string text = "a" + utf8(point) + "b";
    EXPECT_EQ(printable(text).find(utf8(point)), std::string::npos) << std::hex << static_cast<uint32_t>(point);
    EXPECT_EQ(printable(printable(text)), printable(text));
  }
  for (const char* text :
       {"\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\U0001F469\u200d\U0001F680", "\u2764\ufe0f"})
    EXPECT_EQ(printable(text), text) << "joiners are written in Persian and in emoji";
}

TEST(FirstLine, LeavesOutTheRestAndWhatIsTooLong) {
  EXPECT_EQ(first_line("broken\x1b[31m\nframe #0: at \x07"), "broken\\x1b[31m");
  EXPECT_EQ(first_line(std::string(501, 'x')), std::string(500, 'x') + "...");
  EXPECT_EQ(first_line(""), "");
}

TEST(ShellWord, IsLeftAsItIsWhereNothingInItMeansAnything) {
  for (const char* path : {"runs/00000-photos", "/a/b.c", "a_b@c%d+e:f,g", "..", "/"})
    EXPECT_EQ(shell_word(path), path);
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("-rf"), "./-rf");
  EXPECT_EQ(shell_word("\u00e9\u5bb6"), "'\u00e9\u5bb6'");
  EXPECT_EQ(shell_word("a\nb'c\\"), "$'a\\x0ab\\'c\\\\'");
}

TEST(ShellWord, IsReadBackByAShellWhateverItHolds) {
  if (std::system("bash -c true >/dev/null 2>&1") != 0) GTEST_SKIP() << "no bash";
  std::vector<std::string> paths = {"~",          "~root",     "=ls",    "!!",       "a;b",
                                    "$(touch x)", "`touch x`", "\u202e", "\xff\xfe", "a\r\n"};
  for (int byte = 1; byte < 256; ++byte) paths.push_back("x" + std::string(1, static_cast<char>(byte)) + "0f");
  for (const char* bytes : {" \n", "'\x1b", "\\'\x80", "\"$\x07`"}) paths.push_back(bytes);
  std::string command = "printf '%s/' ", wanted;
  for (const auto& path : paths) command += shell_word(path) + " ", wanted += path + "/";
  EXPECT_EQ(printable(command), command);
  FILE* shell = ::popen(("exec bash -c \"$(cat <<'END-OF-WORDS'\n" + command + "\nEND-OF-WORDS\n)\"").c_str(), "r");
  std::string got(wanted.size() + 100, '\0');
  got.resize(std::fread(got.data(), 1, got.size(), shell));
  ::pclose(shell);
  EXPECT_EQ(got, wanted);
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

TEST(Text, ListsInMessagesAreCutAtTen) {
  std::vector<std::string> parts(10, "a");
  EXPECT_EQ(cut_list(parts), joined(parts, ", "));
  parts.resize(1013, "b");
  EXPECT_EQ(cut_list(parts), "a, a, a, a, a, a, a, a, a, a and 1,003 more");
  EXPECT_EQ(cut_list({}), "");
}

TEST(Text, KnowsUtf8) {
  for (const char* text : {"", "abc", "\x01", "caf\u00e9", "\U0001F600"}) EXPECT_TRUE(is_utf8(text)) << text;
  for (const char* text : {"\xff", "caf\x82", "\xc0\x80", "\xed\xa0\x80", "\xe2\x82"})
    EXPECT_FALSE(is_utf8(text)) << text;
}

}  // namespace
}  // namespace dcgan::test::texts
