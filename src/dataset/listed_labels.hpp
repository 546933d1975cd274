// The entries of "labels" in a dataset.json as they stand: names and class numbers, or what is no such number and the
// command that makes one of it. Not for which picture a name means (dataset/label_list).
#pragma once

#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/platform/io/file.hpp"

namespace dcgan {

constexpr int64_t kMostClasses = 100'000;  // in any file of labels: a number beyond is no class

struct NamedLabel {
  std::string name;  // tidy
  int32_t label = -1;
  int32_t earlier = -1;  // another label that the list gave it before; -1: none
};

struct ListedLabels {
  std::vector<NamedLabel> names;  // each once: of names that are there twice the last counts
  std::string problem;            // why none can be used
  std::string way;                // what to do about that
};

/// `list` is the file that they stand in; empty where it is no file (in an archive), so that no command can change it.
ListedLabels read_listed_labels(const Json& labels, const fs::path& list);

/// What to do about names of a list that differ from pictures' in capitals, accents or endings alone.
std::string renamed_pictures(const fs::path& list);

}  // namespace dcgan
