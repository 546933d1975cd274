// Small conversions between numbers and the text people read. No locale, no torch.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dcgan {

/// Keys and what they say, in an order.
using TextPairs = std::vector<std::pair<std::string, std::string>>;

/// "1234567" as "1,234,567".
std::string with_commas(int64_t value);
/// A count of bytes as "12.3 MB" (powers of 1000).
std::string bytes_text(double bytes);
/// Seconds as "42 s", "3 min 05 s", "2 h 07 min".
std::string duration_text(double seconds);
/// The shortest text that reads back as the same number.
std::string number_text(double value);
/// A fixed number of decimals.
std::string fixed_text(double value, int decimals);
/// Whole number padded with zeros to `width`.
std::string zero_padded(int64_t value, int width);
/// "1 image", "2 images".
std::string counted(int64_t count, const std::string& singular, const std::string& plural = "");

/// True for valid UTF-8, whatever its characters.
bool is_utf8(std::string_view bytes);
/// A file name, and a text of a stranger's file, may hold any bytes. This text is valid UTF-8 and has no control
/// characters, and none that is not seen or makes others seen elsewhere (U+202E): bytes that are neither are written
/// \xNN, such characters \u{202e}. Printing it twice changes nothing more. Use it for every text that is printed or put
/// into JSON and that this program did not make.
std::string printable(std::string_view bytes);
/// The same of the first line alone, of 500 bytes at most: for messages of libraries, which may go on with a stack.
std::string first_line(std::string_view text);
/// A path as a word of a command that a person may paste into a shell (bash, zsh): as it is where no byte of it
/// means anything to one; else in single quotes; with bytes that are not printable, as $'\xNN'. It is never an option.
std::string shell_word(std::string_view path);
/// A command for a shell: Python runs `code`, which finds `arguments` in sys.argv[1] and so on.
std::string python_command(const std::string& code, const std::vector<std::string>& arguments);
/// A path as a text of Python, in quotes.
std::string python_text(std::string_view path);

/// Edit distance: letters that are changed, left out, put in, or have changed places with their neighbour (Damerau
/// and Levenshtein; no letter is edited twice).
int edit_distance(std::string_view a, std::string_view b);
std::string joined(const std::vector<std::string>& parts, const std::string& separator);
/// The same for messages: of more than ten the first ten, "and 3 more".
std::string cut_list(const std::vector<std::string>& parts, const std::string& separator = ", ");
std::string lowercase(std::string_view text);
/// As a field of a CSV file: RFC 4180, section 2.
std::string csv_field(std::string_view text);

}  // namespace dcgan
