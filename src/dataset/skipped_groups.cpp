#include "dataset/skipped_groups.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "core/error.hpp"
#include "core/text.hpp"
#include "dataset/pack_set.hpp"

namespace dcgan {
namespace {

/// Where what to do begins in a reason, as NotRead has it.
size_t end_of_kind(const std::string& reason) {
  return std::min({reason.find("; convert it by "), reason.find("; save it again "), reason.size()});
}

/// What files of one kind of fault have in common: no numbers, no details; of what is converted also by what.
std::string kind_of(const std::string& reason) {
  const size_t end = end_of_kind(reason);
  const std::string kind = reason.substr(0, reason.find(": ", end == reason.size() ? 0 : end));
  std::string plain;
  for (const char c : kind)
    if (c < '0' || c > '9')
      plain += c;
    else if (!plain.ends_with('#'))
      plain += '#';
  return plain;
}

/// What is said of several files, of which the first has this reason.
std::string shared_reason(const std::string& first, bool is_convertible, bool are_alike) {
  if (is_convertible) return first.substr(0, end_of_kind(first));
  const size_t colon = first.find(": ");
  if (are_alike || colon == std::string::npos) return first;
  return first.substr(0, colon) + ", of the first " + first.substr(colon + 2);
}

/// "gif" of "a.GIF"; "" where there is none, or one that a shell's pattern could not hold.
std::string ending_of(const fs::path& file) {
  std::string ending = lowercase(file.extension().native());
  if (!ending.empty()) ending.erase(0, 1);
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return std::all_of(ending.begin(), ending.end(), is_plain) ? ending : "";
}

/// The pictures of DATA again, to know where the files that were left out lie, and what converts them.
class Conversions {
 public:
  /// None are known of a set that is no folder or archive now.
  Conversions(const fs::path& data, const std::vector<Skipped>& skipped) {
    try {
      if (!looks_like_pack(data)) source_ = open_source(data);
    } catch (const Error& error) {
      rethrow_exhausted(error);
      return;
    }
    if (!source_ || source_->count() == 0 || source_->file_of(0).file.empty()) return;
    std::set<std::string> names;
    for (const auto& one : skipped) names.insert(one.name);
    for (int64_t i = 0; i < source_->count(); ++i) {
      const std::string name = source_->name(i), ending = ending_of(source_->file_of(i).file);
      if (names.contains(name)) numbers_[name] = i;
      ++all_[ending];
    }
  }

  Converter of(const std::string& name) const {
    const auto number = numbers_.find(name);
    if (number == numbers_.end()) return Converter::kNone;
    try {
      MemoryShare share;
      source_->read(number->second, DataOptions().max_megapixels, nullptr, {}, &share);
    } catch (const NotRead& error) {
      return error.converter();
    } catch (const Error& error) {
      rethrow_exhausted(error);
    }
    return Converter::kNone;
  }

  bool is_done(Converter by, const std::string& name) const {
    const auto number = numbers_.find(name);
    return number != numbers_.end() && is_converted(by, source_->file_of(number->second).file.native());
  }

  /// For all of `names`: by their endings where no other file has one of them, else file by file. Of the latter at
  /// most kMostNamed: those that are left are named when these are done.
  std::string command(Converter by, const std::vector<std::string>& names) const {
    constexpr size_t kMostNamed = 20;
    std::map<std::string, int64_t> endings;
    std::vector<std::string> files;
    Source::FilePlace place;
    for (const auto& name : names) {
      place = source_->file_of(numbers_.at(name));
      ++endings[ending_of(place.file)];
      if (files.size() < kMostNamed) files.push_back(place.file.native());
    }
    std::vector<std::string> found;
    bool is_told_by_ending = !endings.contains("");
    for (const auto& [ending, count] : endings) {
      is_told_by_ending &= all_.at(ending) == count;
      found.push_back(ending);
    }
    return place.before + (is_told_by_ending ? conversion_of_all(by, (place.folder / "").native(), found)
                                             : conversion_of_these(by, files));
  }

 private:
  std::unique_ptr<Source> source_;
  std::map<std::string, int64_t> numbers_;  // of the files that were left out
  std::map<std::string, int64_t> all_;      // files by ending
};

}  // namespace

std::vector<SkippedGroup> skipped_groups(const fs::path& data, const std::vector<Skipped>& skipped) {
  std::map<std::string, std::vector<const Skipped*>> kinds;
  for (const auto& one : skipped) kinds[kind_of(one.reason)].push_back(&one);
  std::optional<Conversions> conversions;
  std::vector<SkippedGroup> groups;
  for (const auto& [kind, files] : kinds) {
    const std::string& first = files.front()->reason;
    const bool is_convertible =
        first.find("; convert it by ") == end_of_kind(first) && end_of_kind(first) < first.size();
    if (is_convertible && !conversions) conversions.emplace(data, skipped);
    const Converter by = is_convertible ? conversions->of(files.front()->name) : Converter::kNone;
    SkippedGroup done, left;
    for (const Skipped* one : files)
      (is_convertible && conversions->is_done(by, one->name) ? done : left).names.push_back(one->name);
    done.reason = first.substr(0, end_of_kind(first)) + ", and was converted: what lies beside it is read";
    const bool are_alike = std::all_of(files.begin(), files.end(), [&](auto* one) { return one->reason == first; });
    for (const Skipped* one : files)
      if (!left.names.empty() && one->name == left.names.front()) left.reason = one->reason;
    if (left.names.size() > 1) left.reason = shared_reason(left.reason, is_convertible, are_alike);
    if (left.names.size() > 1 && by != Converter::kNone)
      left.needs = conversion_needs(by), left.convert = conversions->command(by, left.names);
    for (auto* group : {&done, &left})
      if (!group->names.empty()) groups.push_back(std::move(*group));
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const auto& a, const auto& b) { return a.names.size() > b.names.size(); });
  return groups;
}

std::string group_text(const SkippedGroup& group) {
  constexpr size_t kNamed = 3;
  if (group.names.size() == 1) return "'" + group.names.front() + "': " + group.reason;
  std::string names;
  for (size_t i = 0; i < std::min(kNamed, group.names.size()); ++i) names += (i ? ", " : "") + group.names[i];
  if (group.names.size() > kNamed)
    names += " and " + with_commas(static_cast<int64_t>(group.names.size() - kNamed)) + " more";
  return counted(static_cast<int64_t>(group.names.size()), "file") + ": " + group.reason + " (" + names + ")" +
         (group.convert.empty() ? "" : "; convert them all by " + group.needs + ": " + group.convert);
}

}  // namespace dcgan
