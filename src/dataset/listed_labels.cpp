#include "dataset/listed_labels.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "core/text.hpp"
#include "formats/stored_path.hpp"

namespace dcgan {
namespace {

const std::string kWholeNumbers = "write whole numbers from 0 on";

/// The command that keeps the list beside itself, hidden, and writes it anew with what Python's `labels` makes of `y`,
/// its labels. `before` is what it needs for that.
std::string rewritten(const fs::path& list, const std::string& labels, const std::string& before = "") {
  if (list.empty()) return kWholeNumbers;
  const fs::path kept = parent_of(list) / ("." + list.stem().native() + "-before.json");
  return "to use them: cp " + shell_word(list.native()) + " " + shell_word(kept.native()) + " && " +
         python_command("import json, sys; d = json.load(open(sys.argv[1])); y = d[\"labels\"]; " + before +
                            "d[\"labels\"] = " + labels + "; json.dump(d, open(sys.argv[1], \"w\"))",
                        {list.native()});
}

std::string brief(const Json& value) {
  constexpr size_t kLongest = 40;
  const std::string text = compact_ascii(value);
  return text.size() <= kLongest ? text : text.substr(0, kLongest) + "...";
}

bool is_one_hot(const Json& row) {
  int64_t ones = 0;
  for (const auto& value : row) {
    if (!value.is_number() || (value != 0 && value != 1)) return false;
    ones += value == 1;
  }
  return row.size() >= 2 && ones == 1;
}

/// Lists that hold a number each, or a row with a 1 in the class's place.
void explain_list(const Json& value, const fs::path& list, ListedLabels& out) {
  out.problem += " is a list of " + counted(static_cast<int64_t>(value.size()), "value") + ", no class number";
  if (is_one_hot(value))
    out.way = rewritten(list, "[[n, l.index(max(l))] for n, l in y]");
  else if (value.size() == 1 && value[0].is_number_integer())
    out.way = rewritten(list, "[[n, l[0]] for n, l in y]");
  else
    out.way = kWholeNumbers;
}

/// Why `value` is no class number, behind out.problem, and what makes one of it.
void explain(const Json& value, const fs::path& list, ListedLabels& out) {
  if (value.is_array()) return explain_list(value, list, out);
  if (value.is_number_integer()) {
    out.problem += " is a class number out of range: " + brief(value);
    const bool is_negative = !value.is_number_unsigned() && value.get<int64_t>() < 0;
    out.way = is_negative ? rewritten(list, "[[n, l] for n, l in y if l >= 0]") + " (those below 0 then have no class)"
                          : kWholeNumbers;
    return;
  }
  out.problem += " is not a class number: " + brief(value);
  const bool is_whole = value.is_number_float() && value.get<double>() == std::floor(value.get<double>());
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    const bool has_digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    out.way = rewritten(
        list, has_digits ? "[[n, int(l)] for n, l in y]" : "[[n, sorted({l for n, l in y}).index(l)] for n, l in y]");
  } else if (is_whole || value.is_boolean()) {
    out.way = rewritten(list, "[[n, int(l)] for n, l in y]");
  } else if (value.is_null()) {
    out.way = rewritten(list, "[[n, l] for n, l in y if l is not None]") + " (those without a label have no class)";
  } else {
    out.way = kWholeNumbers;
  }
}

}  // namespace

std::string renamed_pictures(const fs::path& list) {
  if (list.empty()) return "write the names as the archive has them";
  return rewritten(list, "[[p.get(k(pathlib.PurePath(n)), n), l] for n, l in y]",
                   "import pathlib, unicodedata; q = pathlib.Path(sys.argv[1]).parent; "
                   "k = lambda f: unicodedata.normalize(\"NFC\", f.stem).lower(); "
                   "p = {k(f): f.relative_to(q).as_posix() for f in q.rglob(\"*\") if f.is_file() and "
                   "f.suffix not in (\".txt\", \".json\", \".csv\", \".xml\", \".cls\")}; ");
}

ListedLabels read_listed_labels(const Json& labels, const fs::path& list) {
  ListedLabels out;
  if (!labels.is_array()) {
    out.problem = "\"labels\" is not a list";
    out.way = labels.is_object() ? rewritten(list, "[[n, l] for n, l in y.items()]")
                                 : "write [[\"a.png\", 0], [\"b.png\", 1]], a pair for each picture";
    return out;
  }
  std::unordered_map<std::string, size_t> places;
  for (size_t i = 0; i < labels.size(); ++i) {
    const Json& pair = labels[i];
    const std::string place = "label " + with_commas(static_cast<int64_t>(i));
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string()) {
      out.problem = place + " is not a pair of a name and a number";
      out.way = "write [\"a.png\", 0] for each picture";
      return out;
    }
    const Json& value = pair[1];
    const bool fits_here = value.is_number_integer() && fits<int64_t>(value) && value.get<int64_t>() >= 0 &&
                           value.get<int64_t>() < kMostClasses;
    if (!fits_here) {
      out.problem = place;
      explain(value, list, out);
      return out;
    }
    NamedLabel one{tidy_path(pair[0].get<std::string>()), value.get<int32_t>()};
    const auto [place_of, is_new] = places.emplace(one.name, out.names.size());
    if (is_new) {
      out.names.push_back(std::move(one));
    } else if (NamedLabel& known = out.names[place_of->second]; known.label != one.label) {
      known.earlier = known.label, known.label = one.label;
    }
  }
  return out;
}

}  // namespace dcgan
