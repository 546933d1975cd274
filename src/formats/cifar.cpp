#include "formats/cifar.hpp"

#include <algorithm>
#include <sstream>

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr int64_t kPlane = kCifarSide * kCifarSide, kPixelBytes = kPlane * kCifarChannels;

int64_t class_count(int64_t label_bytes) { return label_bytes == 1 ? 10 : 100; }

/// True if every record of the file begins with labels in range.
bool has_labels(const fs::path& path, int64_t label_bytes) {
  constexpr int64_t kCoarse = 20;
  std::error_code ignored;
  const auto bytes = static_cast<int64_t>(fs::file_size(path, ignored));
  const int64_t record = label_bytes + kPixelBytes;
  if (ignored || bytes == 0 || bytes % record != 0) return false;
  const FileHandle file = open_for_reading(path);
  constexpr int64_t kLookedAt = 100'000;  // records; reading looks at all
  for (int64_t at = 0; at < std::min(bytes, kLookedAt * record); at += record) {
    uint8_t labels[2] = {};
    read_exactly(file, labels, static_cast<size_t>(label_bytes), static_cast<uint64_t>(at), path);
    if (labels[label_bytes - 1] >= class_count(label_bytes) || (label_bytes == 2 && labels[0] >= kCoarse)) return false;
  }
  return true;
}

fs::path names_beside(const fs::path& records, int64_t label_bytes) {
  std::error_code ignored;
  const fs::path names = records.parent_path() / (label_bytes == 1 ? "batches.meta.txt" : "fine_label_names.txt");
  return fs::is_regular_file(names, ignored) ? names : fs::path();
}

/// As the file has them, one a line; none without a file.
std::vector<std::string> lines_of(const fs::path& path) {
  constexpr size_t kMostBytes = 1 << 16;
  std::vector<std::string> names;
  if (!path.empty()) {
    std::istringstream lines(read_file(path, kMostBytes));
    for (std::string line; std::getline(lines, line);) {
      if (line.ends_with('\r')) line.pop_back();
      if (!line.empty()) names.push_back(printable(line));
    }
  }
  return names;
}

std::vector<std::string> read_names(const fs::path& path, int64_t count) {
  std::vector<std::string> names = lines_of(path);
  if (static_cast<int64_t>(names.size()) == count) return names;
  names.clear();
  for (int64_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

/// Finds the names of the classes; those that do not fit are said.
void find_names(CifarFiles& found) {
  found.names = names_beside(found.records[0], found.label_bytes);
  if (found.names.empty()) return;
  const auto there = static_cast<int64_t>(lines_of(found.names).size());
  if (const int64_t wanted = class_count(found.label_bytes); there != wanted)
    found.remarks.push_back("'" + shown(found.names.filename()) + "' has " + counted(there, "name") + ", not " +
                            std::to_string(wanted) + ": the classes are called by their numbers");
}

/// The batches of CIFAR-10 that are there, in order; those that are not are said.
void find_batches(const fs::path& folder, CifarFiles& found) {
  constexpr int kBatches = 5, kMost = 99;  // of the set; of a folder that someone made like it
  std::error_code ignored;
  std::vector<std::string> missing, waiting;
  for (int i = 1; i <= kMost; ++i) {
    const std::string name = "data_batch_" + std::to_string(i) + ".bin";
    if (!fs::is_regular_file(folder / name, ignored)) {
      (i <= kBatches ? missing : waiting).push_back(name);
      continue;
    }
    missing.insert(missing.end(), waiting.begin(), waiting.end());
    waiting.clear();
    found.records.push_back(folder / name);
  }
  if (!found.records.empty() && !missing.empty())
    found.remarks.push_back("of CIFAR-10's training files " + cut_list(missing) +
                            (missing.size() == 1 ? " is" : " are") + " missing; the others are used");
}

/// Planes of one colour each to pixels of three.
void put_pixels(const uint8_t* planes, uint8_t* out) {
  for (int64_t p = 0; p < kPlane; ++p)
    for (int64_t c = 0; c < kCifarChannels; ++c) out[p * kCifarChannels + c] = planes[c * kPlane + p];
}

}  // namespace

CifarFiles find_cifar(const fs::path& path) {
  CifarFiles found;
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    find_batches(path, found);
    if (const fs::path train = path / "train.bin"; found.records.empty() && fs::is_regular_file(train, ignored))
      if (fs::is_regular_file(path / "fine_label_names.txt", ignored) || has_labels(train, 2))
        found.records.push_back(train), found.label_bytes = 2;
    if (!found.records.empty()) find_names(found);
    return found;
  }
  if (!fs::is_regular_file(path, ignored)) return found;
  for (const int64_t label_bytes : {1, 2})
    if (found.records.empty() && has_labels(path, label_bytes)) {
      found.records.push_back(path), found.label_bytes = label_bytes;
      find_names(found);
    }
  return found;
}

CifarPictures read_cifar(const CifarFiles& files,
                         const std::function<void(int64_t count, uint64_t file_bytes)>& check) {
  CifarPictures all;
  all.classes = read_names(files.names, class_count(files.label_bytes));
  const int64_t record = files.label_bytes + kPixelBytes;
  uint64_t file_bytes = 0;
  for (const auto& path : files.records) {
    const uint64_t bytes = stamp_of(path).bytes;
    if (bytes % static_cast<uint64_t>(record) != 0)
      throw Error("the CIFAR file '" + shown(path) + "' is cut off: " + with_commas(static_cast<int64_t>(bytes)) +
                      " bytes are not a whole number of records of " + with_commas(record),
                  "copy or download it again");
    file_bytes += bytes, all.count += static_cast<int64_t>(bytes) / record;
  }
  if (check) check(all.count, file_bytes);
  all.values.resize(static_cast<size_t>(all.count * kPixelBytes));
  uint8_t* out = all.values.data();
  for (const auto& path : files.records) {
    const FileHandle file = open_for_reading(path);
    std::vector<uint8_t> one(static_cast<size_t>(record));
    const int64_t count = static_cast<int64_t>(stamp_of(path).bytes) / record;
    for (int64_t i = 0; i < count && out < all.values.data() + all.values.size(); ++i, out += kPixelBytes) {
      read_exactly(file, one.data(), one.size(), static_cast<uint64_t>(i * record), path);
      const uint8_t label = one[static_cast<size_t>(files.label_bytes - 1)];
      if (label >= class_count(files.label_bytes))
        throw Error("the CIFAR file '" + shown(path) + "' is damaged: record " + with_commas(i) + " has the label " +
                        std::to_string(label) + ", and the last class is " +
                        std::to_string(class_count(files.label_bytes) - 1),
                    "copy or download it again");
      all.labels.push_back(label);
      put_pixels(one.data() + files.label_bytes, out);
    }
  }
  if (static_cast<int64_t>(all.labels.size()) != all.count)
    throw Error("the CIFAR file '" + shown(files.records[0]) + "' has changed while it was read");
  return all;
}

}  // namespace dcgan
