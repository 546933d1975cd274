#include "dataset/label_list.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/platform/io/file_name.hpp"
#include "core/text.hpp"
#include "dataset/class_folders.hpp"
#include "dataset/listed_labels.hpp"

namespace dcgan {
namespace {

/// Which picture each name means, -1 for none.
using Matches = std::vector<int64_t>;

int64_t matched(const Matches& matches) {
  return std::count_if(matches.begin(), matches.end(), [](int64_t index) { return index >= 0; });
}

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// Ways in which names of a list may be meant.
class Matcher {
 public:
  Matcher(const Listing& listing, const std::vector<NamedLabel>& list) : list_(list) {
    paths_.reserve(static_cast<size_t>(listing.count()));
    for (int64_t i = 0; i < listing.count(); ++i) paths_.emplace_back(listing.path(i));
    for (size_t i = 0; i < paths_.size(); ++i) by_path_.emplace(paths_[i], static_cast<int64_t>(i));
  }

  /// The way by which most names mean a picture; of equals the plainest.
  Matches best(const std::string& folder) const {
    Matches best = below(folder, 0);
    const auto better = [&](Matches other) {
      if (matched(other) > matched(best)) best = std::move(other);
      return matched(best) == static_cast<int64_t>(list_.size());
    };
    if (matched(best) == static_cast<int64_t>(list_.size()) || better(below("", 0))) return best;
    for (size_t cut = shared_front(0); cut > 0; cut = shared_front(cut))
      if (better(below(folder, cut)) || better(below("", cut))) return best;
    better(by_last_part());
    return best;
  }

 private:
  /// Names without their first `cut` bytes are paths below `folder`.
  Matches below(const std::string& folder, size_t cut) const {
    Matches out;
    for (const auto& one : list_) {
      const auto found = by_path_.find(folder + one.name.substr(cut));
      out.push_back(found == by_path_.end() ? -1 : found->second);
    }
    return out;
  }

  /// How many bytes in front are the folders that all names share: one folder more than `cut`. 0: there is none.
  size_t shared_front(size_t cut) const {
    if (list_.empty()) return 0;
    const size_t slash = list_[0].name.find('/', cut);
    if (slash == std::string::npos) return 0;
    const std::string front = list_[0].name.substr(0, slash + 1);
    const bool is_shared =
        std::all_of(list_.begin(), list_.end(), [&](const auto& one) { return one.name.starts_with(front); });
    return is_shared ? front.size() : 0;
  }

  /// A name means the only picture that is called so, if one of both has no folders or ends as the other does.
  Matches by_last_part() const {
    std::unordered_map<std::string_view, int64_t> pictures, names;  // -1: several
    const auto add = [](auto& map, std::string_view part, int64_t index) {
      if (const auto [found, is_new] = map.emplace(part, index); !is_new) found->second = -1;
    };
    for (size_t i = 0; i < paths_.size(); ++i) add(pictures, last_part(paths_[i]), static_cast<int64_t>(i));
    for (size_t i = 0; i < list_.size(); ++i) add(names, last_part(list_[i].name), static_cast<int64_t>(i));
    Matches out(list_.size(), -1);
    for (const auto& [part, name] : names) {
      const auto picture = pictures.find(part);
      if (name < 0 || picture == pictures.end() || picture->second < 0) continue;
      const std::string &path = paths_[static_cast<size_t>(picture->second)],
                        &said = list_[static_cast<size_t>(name)].name;
      const bool is_bare = part.size() == path.size() || part.size() == said.size();
      if (is_bare || path.ends_with("/" + said) || said.ends_with("/" + path))
        out[static_cast<size_t>(name)] = picture->second;
    }
    return out;
  }

  const std::vector<NamedLabel>& list_;
  std::vector<std::string> paths_;
  std::unordered_map<std::string_view, int64_t> by_path_;
};

const std::string kNotUsed = "; its labels are not used, and there are no classes";

/// A list that contradicts itself: which label counts.
void remark_on_twins(const std::vector<NamedLabel>& list, const std::string& place, LabelList& out) {
  std::vector<std::string> twins;
  for (const auto& one : list)
    if (one.earlier >= 0)
      twins.push_back("'" + printable(one.name) + "' (" + std::to_string(one.label) + ", not " +
                      std::to_string(one.earlier) + ")");
  if (twins.empty()) return;
  out.remarks.push_back(counted(static_cast<int64_t>(twins.size()), "picture is", "pictures are") + " in '" +
                        shown(place) + "' more than once with different labels, of which the last counts: " +
                        cut_list(twins) + "; delete the wrong " + (twins.size() == 1 ? "one" : "ones") + " there");
}

std::string folded_stem(std::string_view path) {
  const std::string_view name = last_part(path);
  return folded_file_name(std::string(name.substr(0, name.rfind('.'))));
}

/// What to do about names that mean no picture, where most of them do but for capitals, accents or endings.
std::string way_for_missing(const std::vector<NamedLabel>& list, const Matches& matches, const Listing& listing,
                            const fs::path& file) {
  std::unordered_set<std::string> pictures;
  for (int64_t i = 0; i < listing.count(); ++i)
    if (may_be_picture(listing.path(i)) && !pictures.insert(folded_stem(listing.path(i))).second)
      return "";  // of pictures in several folders a name does not tell which is meant
  int64_t missing = 0, alike = 0;
  for (size_t i = 0; i < list.size(); ++i) {
    if (matches[i] >= 0) continue;
    ++missing, alike += pictures.contains(folded_stem(list[i].name));
  }
  if (missing == 0 || 2 * alike < missing) return "";
  return "; " + counted(alike, "name differs", "names differ") +
         " from a picture's in its folder, in capitals, accents or the extension alone; " + renamed_pictures(file);
}

/// Puts the labels where they belong, and says what is left over on either side. `file` is the list, if it is a file.
void assign(const std::vector<NamedLabel>& list, const Listing& listing, const std::string& folder,
            const fs::path& file, LabelList& out) {
  const Matches matches = Matcher(listing, list).best(folder);
  const std::string place = folder + std::string(kLabelList);
  const int64_t found = matched(matches), missing = static_cast<int64_t>(list.size()) - found;
  const auto first = static_cast<size_t>(std::find(matches.begin(), matches.end(), -1) - matches.begin());
  if (found == 0) {
    out.remarks.push_back("none of the " + counted(missing, "picture") + " in '" + shown(place) + "' is there" +
                          (list.empty() ? "" : ", the first is '" + printable(list[0].name) + "'") + kNotUsed +
                          way_for_missing(list, matches, listing, file));
    return;
  }
  remark_on_twins(list, place, out);
  int32_t most = -1;
  out.labels.assign(static_cast<size_t>(listing.count()), -1);
  for (size_t i = 0; i < list.size(); ++i) {
    most = std::max(most, list[i].label);
    if (matches[i] >= 0) out.labels[static_cast<size_t>(matches[i])] = list[i].label;
  }
  for (int32_t number = 0; number <= most; ++number) out.classes.push_back(std::to_string(number));
  if (missing > 0)
    out.remarks.push_back(counted(missing, "picture") + " of " + with_commas(static_cast<int64_t>(list.size())) +
                          " in '" + shown(place) + "' " + (missing == 1 ? "is" : "are") + " missing, the first is '" +
                          printable(list[first].name) + "'" + way_for_missing(list, matches, listing, file));
  int64_t without = 0, first_without = -1;
  for (int64_t i = 0; i < listing.count(); ++i)
    if (out.labels[static_cast<size_t>(i)] < 0 && may_be_picture(listing.path(i)))
      if (++without == 1) first_without = i;
  if (without > 0)
    out.remarks.push_back(counted(without, "file") + " of " + with_commas(listing.count()) +
                          (without == 1 ? " is" : " are") + " not in '" + shown(place) + "' and " +
                          (without == 1 ? "has" : "have") + " no class, the first is '" +
                          shown(listing.path(first_without)) + "'");
}

}  // namespace

LabelList unusable_label_list(const std::string& folder, const std::string& problem, const std::string& way) {
  LabelList out;
  out.is_one = true;
  out.remarks.push_back("'" + shown(folder + std::string(kLabelList)) + "': " + problem + kNotUsed +
                        (way.empty() ? "" : "; " + way));
  return out;
}

LabelList read_label_list(const std::string& text, const Listing& listing, const std::string& folder) {
  LabelList out;
  const std::string place = "'" + shown(folder + std::string(kLabelList)) + "'";
  Json content;
  try {
    content = parse_json(text, std::string(kLabelList));
  } catch (const Error& error) {
    rethrow_exhausted(error);
    return unusable_label_list(folder, error.what());
  }
  if (!content.is_object() || !content.contains("labels")) {
    out.remarks.push_back(place + " has no \"labels\" and is passed over; if labels are in it, they are " +
                          "read from {\"labels\": [[\"a.png\", 0], ...]}");
    return out;
  }
  out.is_one = true;
  const Json& labels = content["labels"];
  if (labels.is_null()) {
    out.remarks.push_back(place + " says that the pictures have no labels: folders beside it are not classes");
    return out;
  }
  std::error_code ignored;
  const bool is_on_disk = fs::is_directory(listing.root, ignored);
  const fs::path file = is_on_disk ? listing.root / folder / std::string(kLabelList) : fs::path();
  const ListedLabels listed = read_listed_labels(labels, file);
  if (!listed.problem.empty()) return unusable_label_list(folder, listed.problem, listed.way);
  assign(listed.names, listing, folder, file, out);
  return out;
}

uint64_t most_bytes_of_label_list(const Listing& listing) {
  constexpr uint64_t kAlways = 1 << 20, kEach = 128;
  uint64_t most = kAlways;
  for (int64_t i = 0; i < listing.count(); ++i) most += kEach + 4 * listing.path(i).size();
  return most;
}

}  // namespace dcgan
