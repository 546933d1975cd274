// Tables of text: which of them are pictures, a row each, and where their labels stand.
#include <algorithm>
#include <cmath>

#include "core/platform/io/file.hpp"
#include "core/text.hpp"
#include "dataset/form_commands.hpp"

namespace dcgan {
namespace {

using Cells = std::vector<std::string>;

Cells cells_between_commas(const std::string& line) {
  Cells cells(1);
  for (const char c : line)
    if (c == ',')
      cells.emplace_back();
    else if (c != '"' && c != '\r')
      cells.back() += c;
  return cells;
}

bool is_number(const std::string& cell) {
  return !cell.empty() && cell.find_first_not_of("0123456789.eE+- ") == std::string::npos;
}

/// ", 28, 28" or ", 28, 28, 3" for so many numbers a picture; empty for what makes no square.
std::string sides_of(size_t numbers) {
  for (const size_t channels : {size_t{1}, size_t{3}}) {
    const auto side = static_cast<size_t>(std::llround(std::sqrt(static_cast<double>(numbers / channels))));
    if (side >= 4 && side * side * channels == numbers)
      return ", " + std::to_string(side) + ", " + std::to_string(side) + (channels == 3 ? ", 3" : "");
  }
  return "";
}

/// A column with all pixels of a picture, blanks between them, beside one of labels (FER2013).
OtherForm pixels_in_a_cell(const fs::path& path, const Cells& titles, size_t pixels) {
  size_t label = pixels == 0 ? 1 : 0;
  for (size_t c = 0; c < titles.size(); ++c)
    if (c != pixels && (titles[c].find("label") != std::string::npos || titles[c].find("emotion") != std::string::npos))
      label = c;
  const std::string y = label < titles.size() ? "[float(x[" + std::to_string(label) + "]) for x in r]" : "[]";
  return arrays_form(path, "is a table of text with the pixels of a picture in each row", ", csv",
                     "csv.field_size_limit(1 << 30); r = list(csv.reader(open(sys.argv[1])))[1:]; "
                     "a = numpy.array([x[" +
                         std::to_string(pixels) +
                         "].split() for x in r]).astype(\"u1\"); q = round(a.shape[1] ** .5); "
                         "o = [a.reshape(-1, q, q), " +
                         y + "]");
}

}  // namespace

OtherForm text_table_form(const fs::path& path) {
  constexpr size_t kLookedAt = 1 << 20;
  std::string text = read_file(path, kLookedAt);
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  const size_t end = std::min(text.find('\n'), text.size()), next = std::min(end + 1, text.size());
  const Cells first = cells_between_commas(text.substr(0, end));
  const Cells second = cells_between_commas(text.substr(next, std::min(text.find('\n', next), text.size()) - next));
  const bool has_titles = !std::all_of(first.begin(), first.end(), is_number);
  const Cells& row = has_titles ? second : first;
  for (size_t c = 0; c < row.size() && has_titles; ++c)
    if (std::count(row[c].begin(), row[c].end(), ' ') >= 15 && is_number(row[c]))
      return pixels_in_a_cell(path, first, c);
  const bool is_behind = has_titles && lowercase(first.back()).find("label") != std::string::npos;
  const bool has_label = sides_of(row.size()).empty();
  const std::string sides = sides_of(row.size() - has_label);
  if (sides.empty() || !std::all_of(row.begin(), row.end(), is_number))
    return {"is a table of text and holds no pictures", "give the folder that holds the pictures, not the table"};
  const std::string pixels = !has_label ? "t" : is_behind ? "t[:, :-1]" : "t[:, 1:]";
  const bool is_whole = std::none_of(row.begin(), row.end(),
                                     [](const auto& cell) { return cell.find_first_of(".eE") != std::string::npos; });
  return arrays_form(path, "is a table of text with the pixels of a picture in each row", "",
                     "t = numpy.loadtxt(sys.argv[1], delimiter=\",\", encoding=\"utf-8-sig\", ndmin=2" +
                         std::string(has_titles ? ", skiprows=1" : "") + "); o = [" + pixels + ".reshape(-1" + sides +
                         ")" + (is_whole ? ".astype(\"u1\")" : "") +
                         (has_label ? std::string(", t[:, ") + (is_behind ? "-1" : "0") + "]" : "") + "]");
}

}  // namespace dcgan
