// Which file beside an IDX file of images holds its labels.
#include <algorithm>
#include <iterator>

#include "core/error.hpp"
#include "core/text.hpp"
#include "dataset/idx_labels.hpp"

namespace dcgan {
namespace {

constexpr std::string_view kImages[] = {"images", "image", "imgs", "img"};
constexpr std::string_view kLabels[] = {"labels", "label", "lbls", "lbl"};

/// Where one of `words` stands in `lower`, the first of them that does; npos if none.
size_t find_word(const std::string& lower, const std::string_view* words, size_t count, size_t& length) {
  for (size_t i = 0; i < count; ++i)
    if (const size_t at = lower.find(words[i]); at != std::string::npos) return length = words[i].size(), at;
  return std::string::npos;
}

/// What two names have in common that belong together, "#" for the word that tells them apart: "train-#" for
/// "Train_Images.idx3-ubyte.gz". Empty for a name without that word.
std::string key_of(const std::string& name, const std::string_view* words, size_t count) {
  std::string lower = lowercase(name);
  if (lower.ends_with(".gz")) lower.resize(lower.size() - 3);
  size_t length = 0;
  const size_t at = find_word(lower, words, count, length);
  if (at == std::string::npos) return "";
  lower.replace(at, length, "#");
  std::string key, part;
  for (const char c : lower + "-") {
    if (c != '-' && c != '_' && c != '.') {
      part += c;
      continue;
    }
    const bool is_of_type = part.starts_with("idx") || part == "ubyte" || part == "ubytes" || part == "byte" ||
                            part == "int" || part == "uint8" || part == "uint8_t";
    if (!is_of_type && !part.empty()) key += (key.empty() ? "" : "-") + part;
    part.clear();
  }
  return key;
}

std::vector<fs::path> files_beside(const fs::path& images) {
  constexpr size_t kMost = 10'000;
  std::vector<fs::path> files;
  std::error_code ignored, problem;
  for (auto entry = fs::directory_iterator(parent_of(images), problem);
       !problem && entry != fs::directory_iterator() && files.size() < kMost; entry.increment(problem))
    if (entry->is_regular_file(ignored)) files.push_back(images.parent_path() / entry->path().filename());
  std::sort(files.begin(), files.end());
  return files;
}

/// What the family calls the labels of images of this name: "train-labels-idx1-ubyte".
std::string usual_name(const std::string& images) {
  size_t length = 0;
  const size_t at = find_word(lowercase(images), kImages, std::size(kImages), length);
  if (at == std::string::npos) return "";
  const bool is_capital = images[at + 1] >= 'A' && images[at + 1] <= 'Z';
  std::string name = images;
  name.replace(at, length, is_capital ? "LABELS" : images[at] == 'I' ? "Labels" : "labels");
  if (const size_t kind = lowercase(name).find("idx3"); kind != std::string::npos) name[kind + 3] = '1';
  return name.ends_with(".gz") ? name.substr(0, name.size() - 3) : name;
}

}  // namespace

fs::path labels_beside(const fs::path& images) {
  const std::string name = images.filename().native(), usual = usual_name(name);
  if (usual.empty()) return {};
  std::error_code ignored;
  const std::string first = name.ends_with(".gz") ? usual + ".gz" : usual;
  for (const auto& candidate : {first, usual, usual + ".gz"})
    if (const auto path = images.parent_path() / candidate; fs::is_regular_file(path, ignored)) return path;
  const std::string key = key_of(name, kImages, std::size(kImages));
  for (const auto& file : files_beside(images))
    if (key_of(file.filename().native(), kLabels, std::size(kLabels)) == key && looks_like_idx(file)) return file;
  return {};
}

std::vector<std::string> remarks_without_labels(const fs::path& images) {
  const std::string usual = usual_name(images.filename().native());
  const auto shape = idx_shape(images);
  std::string remark;
  if (!usual.empty())
    remark = "no labels: neither '" + printable(usual) + "' nor '" + printable(usual) + ".gz' lies beside it";
  for (const auto& file : files_beside(images)) {
    const auto other = idx_shape(file);
    if (shape.empty() || other.empty() || other.size() > 2 || other[0] != shape[0]) continue;
    const bool is_packed = lowercase(file.extension().native()) == ".gz";
    const std::string wanted = (usual.empty() ? "labels-idx1-ubyte" : usual) + (is_packed ? ".gz" : "");
    if (usual.empty()) {
      const bool images_packed = lowercase(images.extension().native()) == ".gz";
      const fs::path renamed = images.parent_path() / ("images-idx3-ubyte" + std::string(images_packed ? ".gz" : ""));
      return {"no labels are looked for beside a name without 'images', but '" + shown(file.filename()) + "' holds " +
              counted(other[0], "label") + "; to use them, rename both: mv " + shell_word(images.native()) + " " +
              shell_word(renamed.native()) + " && mv " + shell_word(file.native()) + " " +
              shell_word((images.parent_path() / wanted).native())};
    }
    return {remark + ", but '" + shown(file.filename()) + "' holds " + counted(other[0], "label") +
            "; to use them: mv " + shell_word(file.native()) + " " +
            shell_word((images.parent_path() / wanted).native())};
  }
  if (remark.empty()) return {};
  return {remark + "; there are no classes"};
}

}  // namespace dcgan
