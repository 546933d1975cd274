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

/// A file name may hold any bytes. This text is valid UTF-8 and has no control characters: bytes that are
/// neither are written \xNN. Use it for every name that is printed or put into JSON.
std::string printable(std::string_view bytes);

/// Edit distance: letters that are changed, left out, put in, or have changed places with their neighbour (Damerau
/// and Levenshtein; no letter is edited twice).
int edit_distance(std::string_view a, std::string_view b);
std::string joined(const std::vector<std::string>& parts, const std::string& separator);
std::string lowercase(std::string_view text);
/// As a field of a CSV file: RFC 4180, section 2.
std::string csv_field(std::string_view text);

}  // namespace dcgan
