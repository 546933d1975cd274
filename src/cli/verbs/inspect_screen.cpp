#include "cli/verbs/inspect_screen.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include "cli/verbs/inspect_rows.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr size_t kColumn = 16;  // where texts begin

/// Characters, not bytes.
size_t width_of(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// The first or last characters.
std::string ends_of(const std::string& text, size_t width) {
  if (width_of(text) <= width) return text;
  const auto from = [&](size_t characters) {
    size_t at = 0;
    for (size_t seen = 0; at < text.size(); ++at)
      if ((text[at] & 0xC0) != 0x80 && ++seen > characters) break;
    return at;
  };
  const size_t kept = width - 3, head = kept / 2;
  return text.substr(0, from(head)) + "..." + text.substr(from(width_of(text) - (kept - head)));
}

/// A text in lines of the width that is left beside labels, of which `most` are shown.
std::vector<std::string> lines_of(const std::string& text, size_t most) {
  const size_t width = kScreenColumns - kColumn;
  std::vector<std::string> lines(1);
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = ends_of(text.substr(at, end - at), width);
    at = end + 1;
    if (!lines.back().empty() && width_of(lines.back()) + 1 + width_of(word) > width) {
      if (lines.size() == most) {
        while (width_of(lines.back()) + 4 > width) {
          const size_t blank = lines.back().rfind(' ');
          lines.back() = blank == std::string::npos ? ends_of(lines.back(), width - 4) : lines.back().substr(0, blank);
        }
        lines.back() += " ...";
        return lines;
      }
      lines.emplace_back();
    }
    lines.back() += (lines.back().empty() ? "" : " ") + word;
  }
  return lines;
}

void add_row(std::vector<std::string>& screen, const std::string& label, const std::string& text) {
  constexpr size_t kMost = 2;
  if (text.empty()) return;
  std::string head = ends_of(label, kScreenColumns - 2) + ":";
  if (width_of(head) >= kColumn) {
    screen.push_back(head);
    head.clear();
  }
  for (const auto& line : lines_of(text, kMost)) {
    screen.push_back(head + std::string(kColumn - width_of(head), ' ') + line);
    head.clear();
  }
}

std::string labelled(std::string key) {
  std::replace(key.begin(), key.end(), '_', ' ');
  return key;
}

/// A line of Python, broken within its brackets where it is long: it may be pasted as it stands.
std::vector<std::string> broken(const std::string& line) {
  std::vector<std::string> lines(1, "  ");
  int depth = 0;
  size_t break_at = 0;  // in the last line
  char quote = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    lines.back() += c;
    if (quote) {
      if (c == '\\' && i + 1 < line.size())
        lines.back() += line[++i];
      else if (c == quote)
        quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth, break_at = lines.back().size();
    } else if (c == ')' || c == ']' || c == '}') {
      --depth;
    } else if (c == ' ' && depth > 0) {
      break_at = lines.back().size();
    }
    if (lines.back().size() > kScreenColumns && break_at > 0) {
      std::string rest = "      " + lines.back().substr(break_at);
      lines.back().resize(break_at);
      if (lines.back().ends_with(' ')) lines.back().pop_back();
      lines.push_back(std::move(rest));
      break_at = 0;
    }
  }
  return lines;
}

std::vector<std::string> use_lines(const Json& use) {
  std::vector<std::string> lines;
  if (use.empty()) return lines;
  lines.emplace_back("next:");
  for (const auto& one : use) {
    const std::string text = one.get<std::string>();
    if (text.starts_with("Python: "))
      for (auto& line : broken(text)) lines.push_back(std::move(line));
    else
      lines.push_back("  " + text);
  }
  return lines;
}

}  // namespace

std::vector<std::string> screen_of(const Json& found) {
  std::vector<std::string> screen;
  std::set<std::string> told;
  const auto rows = inspect_rows();
  for (const InspectRow& row : rows) {
    told.insert(row.key);
    if (const auto at = found.find(row.key); at != found.end()) add_row(screen, row.label, row.text(*at, found));
  }
  for (const auto& [key, value] : found.items()) {
    if (told.contains(key)) continue;
    if ((key == "text" || key == "metadata") && value.is_object())
      for (const auto& [name, one] : value.items()) {
        const auto row = std::find_if(std::begin(rows), std::end(rows),
                                      [&name = name](const InspectRow& row) { return row.key == name; });
        row == std::end(rows) ? add_row(screen, name, brief(one)) : add_row(screen, row->label, row->text(one, found));
      }
    else
      add_row(screen, labelled(key), brief(value));
  }
  const auto use = use_lines(found.value("use", Json::array()));
  const size_t most = kScreenLines - std::min(use.size() + 1, kScreenLines - 2);
  if (screen.size() > most) {
    screen.resize(most - 1);
    screen.emplace_back("and more");
  }
  screen.insert(screen.end(), use.begin(), use.end());
  screen.emplace_back("--all shows everything");
  return screen;
}

}  // namespace dcgan
