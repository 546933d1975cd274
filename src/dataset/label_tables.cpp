#include "dataset/label_tables.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_set>

#include "core/error.hpp"
#include "core/text.hpp"
#include "dataset/class_folders.hpp"

namespace dcgan {
namespace {

using Row = std::vector<std::string>;

std::string_view bare_name(std::string_view path) { return path.substr(path.find_last_of("/\\") + 1); }
std::string_view stem_of(std::string_view name) { return name.substr(0, name.rfind('.')); }

std::string trimmed(std::string_view cell) {
  const size_t from = cell.find_first_not_of(" \t\r\""), to = cell.find_last_not_of(" \t\r\"");
  return from == std::string_view::npos ? "" : std::string(cell.substr(from, to + 1 - from));
}

/// One line of a table: cells in quotes may hold the delimiter; several blanks are one.
Row cells_of(std::string_view line, char delimiter) {
  Row row(1);
  bool is_quoted = false;
  for (const char c : line) {
    if (c == '"') is_quoted = !is_quoted;
    if (c != delimiter || is_quoted)
      row.back() += c;
    else if (delimiter != ' ' || !trimmed(row.back()).empty())
      row.emplace_back();
  }
  for (auto& cell : row) cell = trimmed(cell);
  return row;
}

std::vector<Row> rows_of(std::string_view text, char delimiter) {
  constexpr size_t kMost = 500;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::vector<Row> rows;
  while (!text.empty() && rows.size() < kMost) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (const Row row = cells_of(text.substr(0, end), delimiter); row.size() > 1) rows.push_back(row);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return rows;
}

/// Where a table names pictures, and what it says of each.
struct LabelColumns {
  char delimiter = ',';
  size_t name = 0, label = 0;
  std::string title;    // of the labels, if the table has titles
  std::string example;  // one of them
};

class Names {
 public:
  explicit Names(const Listing& listing) {
    for (int64_t i = 0; i < listing.count(); ++i) {
      if (!may_be_picture(listing.path(i))) continue;
      const std::string_view name = bare_name(listing.path(i));
      whole_.emplace(name), stems_.emplace(stem_of(name));
    }
  }
  /// 2 for a picture's name, 1 for one without its ending (which any number may be), 0 for none.
  int match(const std::string& cell) const {
    const std::string name(bare_name(cell));
    return whole_.contains(name) ? 2 : stems_.contains(name) ? 1 : 0;
  }

 private:
  std::unordered_set<std::string> whole_, stems_;
};

/// The column that may hold classes: by its title, else the first whose words come again.
std::optional<size_t> label_column(const std::vector<Row>& named, const Row* titles, size_t name) {
  constexpr std::string_view kTitles[] = {"label",  "class",   "breed",   "categor",
                                          "target", "species", "emotion", "diagnosis"};
  size_t columns = SIZE_MAX;
  for (const Row& row : named) columns = std::min(columns, row.size());
  std::optional<size_t> first, titled;
  for (size_t c = 0; c < columns; ++c) {
    if (c == name) continue;
    std::set<std::string> words;
    for (const Row& row : named) words.insert(row[c]);
    const std::string title = titles && c < titles->size() ? lowercase((*titles)[c]) : "";
    const bool is_titled = std::any_of(std::begin(kTitles), std::end(kTitles),
                                       [&](auto one) { return title.find(one) != std::string::npos; });
    if (is_titled && !titled) titled = c;
    if (words.size() < named.size() && !words.contains("") && !first) first = c;
  }
  return titled ? titled : first;
}

/// The column that names pictures best, in more than half of the rows; nothing where none does.
std::optional<size_t> name_column(const std::vector<Row>& rows, const Names& names) {
  constexpr size_t kMostColumns = 20;
  size_t columns = 0;
  for (const Row& row : rows) columns = std::max(columns, row.size());
  std::optional<size_t> best;
  int best_score = 0;
  for (size_t c = 0; c < std::min(columns, kMostColumns); ++c) {
    int score = 0;
    size_t named = 0;
    for (const Row& row : rows)
      if (const int match = c < row.size() ? names.match(row[c]) : 0; match > 0) score += match, ++named;
    if (named >= 2 && 2 * named > rows.size() && score > best_score) best = c, best_score = score;
  }
  return best;
}

std::optional<LabelColumns> columns_of(const std::string& text, const Names& names) {
  for (const char delimiter : {',', ';', '\t', ' '}) {
    const std::vector<Row> rows = rows_of(text, delimiter);
    const auto name = name_column(rows, names);
    if (!name) continue;
    std::vector<Row> named;
    for (const Row& row : rows)
      if (*name < row.size() && names.match(row[*name]) > 0) named.push_back(row);
    const bool has_titles = *name < rows[0].size() && names.match(rows[0][*name]) == 0;
    const Row* titles = has_titles ? &rows[0] : nullptr;
    if (const auto label = label_column(named, titles, *name))
      return LabelColumns{delimiter, *name, *label, titles && *label < titles->size() ? (*titles)[*label] : "",
                          named[0][*label]};
  }
  return std::nullopt;
}

/// Python's start of each command: link(f, c) puts a link to the file f into the folder of class c.
const std::string kLink =
    "import csv, os, pathlib, sys; d, o = map(pathlib.Path, sys.argv[1:3]); "
    "link = lambda f, c: ((q := o / (c.strip().replace(\"/\", \"_\") or \"none\")).mkdir(parents=True, exist_ok=True), "
    "os.path.lexists(q / f.name) or os.symlink(os.path.abspath(f), q / f.name)); ";

std::string command_of(const fs::path& data, const std::string& code, const std::vector<std::string>& arguments) {
  const fs::path from = without_slash(data), out = parent_of(from) / (from.filename().native() + "-classes");
  std::vector<std::string> all = {from.native(), out.native()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return "to use them make folders of links, one a class, and give " + shell_word(out.native()) + ": " +
         python_command(kLink + code, all);
}

std::string remark_on_table(const Listing& listing, int64_t index, const LabelColumns& columns, bool is_archive) {
  const std::string path(listing.path(index));
  const std::string column = columns.title.empty() ? "column " + std::to_string(columns.label + 1)
                                                   : "column '" + printable(columns.title) + "'";
  const std::string said = "'" + shown(path) + "' names the pictures, and classes perhaps (" + column + ": '" +
                           printable(columns.example) + "'); such tables are not read; ";
  if (is_archive) return said + "to use it unpack the archive, and ask `dcgan doctor` of the folder";
  const std::string delimiter = columns.delimiter == '\t' ? "\\t" : std::string(1, columns.delimiter);
  return said +
         command_of(listing.root,
                    "t, k, l = sys.argv[3], int(sys.argv[4]), int(sys.argv[5]); "
                    "p = {n: f for f in d.rglob(\"*\") if f.is_file() and f.suffix != pathlib.Path(t).suffix "
                    "for n in (f.name, f.stem)}; [link(p[n], x[l]) for x in csv.reader(open(t, newline=\"\", "
                    "encoding=\"utf-8-sig\"), delimiter=\"" +
                        delimiter +
                        "\", skipinitialspace=True) if len(x) > max(k, l) "
                        "for n in [x[k].strip().replace(\"\\\\\", \"/\").split(\"/\")[-1]] if n in p]",
                    {(listing.root / path).native(), std::to_string(columns.name), std::to_string(columns.label)});
}

std::string remark_on_cls(const Listing& listing, int64_t index, bool is_archive) {
  const std::string said = "files as '" + shown(listing.path(index)) +
                           "' hold the classes of the pictures beside them (WebDataset); they are not read; ";
  if (is_archive) return said + "to use them unpack the archive, and ask `dcgan doctor` of the folder";
  return said + command_of(listing.root,
                           "[link(g, f.read_text()) for f in d.rglob(\"*.cls\") for e in (\".jpg\", \".jpeg\", "
                           "\".png\", \".webp\") for g in [f.with_suffix(e)] if g.exists()]",
                           {});
}

bool ends_like_table(const std::string& path) {
  return path.ends_with(".csv") || path.ends_with(".tsv") || path.ends_with(".txt");
}

}  // namespace

std::string remark_on_label_tables(const Listing& listing, bool is_archive, const BytesOf& bytes_of) {
  constexpr int kMostTables = 20;
  constexpr size_t kLookedAt = 1 << 16;
  std::optional<Names> names;
  int looked_at = 0;
  for (int64_t i = 0; i < listing.count() && looked_at < kMostTables; ++i) {
    const std::string path = lowercase(listing.path(i));
    if (path.ends_with(".cls")) return remark_on_cls(listing, i, is_archive);
    if (!ends_like_table(path)) continue;
    ++looked_at;
    if (!names) names.emplace(listing);
    try {
      if (const auto columns = columns_of(bytes_of(i, kLookedAt), *names))
        return remark_on_table(listing, i, *columns, is_archive);
    } catch (const Error& error) {  // a file that cannot be read is named with the others
      rethrow_exhausted(error);
    }
  }
  return "";
}

}  // namespace dcgan
