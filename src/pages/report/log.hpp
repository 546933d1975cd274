// What log.jsonl says, as a page shows it. A log may be of any size, torn, edited, or a stranger's: time and memory
// have an end, and what comes out has the types that a page relies on. No torch.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/platform/io/file.hpp"

namespace dcgan {

/// {"curves": {"images": [...], "loss_g": [...], ...}, "evals": [...], "verdicts": [...], "rollbacks": [...],
/// "data": {...}, "last": {...}, "unreadable_lines": n}. Numbers that are not finite are null. Of a long log all events
/// are read (of more than 16 MB of them, evenly chosen ones), and of records some of each stretch: a million take a
/// second. A line that is still being written is left out; one that is no JSON, or that lacks a number of images or a
/// word that belongs there, is counted as unreadable.
Json curves_of(std::string_view log, int64_t points);

/// The same of a file, of which no more than the last 537 MB are read; "left_out": bytes before that. A file that is
/// not there is an empty log.
Json curves_of_file(const fs::path& path, int64_t points);

/// `count` of these, evenly, the first and the last among them.
template <class T>
std::vector<T> some_of(const std::vector<T>& all, int64_t count) {
  const auto size = static_cast<int64_t>(all.size());
  if (size <= count) return all;
  std::vector<T> some;
  for (int64_t i = 0; i < count; ++i) some.push_back(all[static_cast<size_t>(i * (size - 1) / (count - 1))]);
  return some;
}

}  // namespace dcgan
