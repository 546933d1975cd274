#include "dataset/class_folders.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "core/platform/io/file_name.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr std::string_view kOthers[] = {
    "txt",  "md",    "rst",    "json", "jsonl",  "csv",     "tsv",    "xml",      "html",      "htm",    "pdf",
    "yaml", "yml",   "toml",   "ini",  "cfg",    "log",     "doc",    "docx",     "xls",       "xlsx",   "py",
    "sh",   "ipynb", "m",      "mat",  "npy",    "npz",     "pkl",    "h5",       "db",        "hdf5",   "sql",
    "zip",  "tar",   "gz",     "bz2",  "xz",     "7z",      "rar",    "url",      "lnk",       "nfo",    "md5",
    "bib",  "tex",   "sha256", "part", "pickle", "license", "readme", "tfrecord", "tfrecords", "parquet"};
constexpr std::string_view kSplits[] = {"train", "training", "test", "testing", "val", "valid", "validation", "dev"};

constexpr std::string_view kPictures[] = {"png",  "jpg", "jpeg", "jpe", "jfif", "webp", "bmp",  "dib",  "tif",
                                          "tiff", "pnm", "pbm",  "pgm", "ppm",  "gif",  "heic", "heif", "avif"};

template <size_t n>
bool is_one_of(const std::string_view (&all)[n], const std::string& one) {
  return std::find(std::begin(all), std::end(all), one) != std::end(all);
}

/// Behind the last dot, in small letters; of a name without a dot all of it.
std::string ending_of(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const size_t dot = name.rfind('.');
  return lowercase(dot == std::string_view::npos ? name : name.substr(dot + 1));
}

/// "cat/" of "photos/cat/1.png" in "photos/"; empty for a file that lies there itself, or elsewhere.
std::string_view next_folder(std::string_view path, const std::string& folder) {
  if (!path.starts_with(folder)) return {};
  const size_t slash = path.find('/', folder.size());
  return slash == std::string_view::npos ? std::string_view() : path.substr(folder.size(), slash + 1 - folder.size());
}

/// Up to two of the folders there that may hold pictures.
std::set<std::string_view> folders_in(const Listing& listing, const std::string& folder) {
  std::set<std::string_view> found;
  for (int64_t i = 0; i < listing.count() && found.size() < 2; ++i)
    if (const auto next = next_folder(listing.path(i), folder); !next.empty() && may_be_picture(listing.path(i)))
      found.insert(next);
  return found;
}

bool has_pictures(const Listing& listing, const std::string& folder, const std::function<bool(int64_t)>& is_picture) {
  constexpr int kMostLookedAt = 1000;
  int looked_at = 0;
  for (int64_t i = 0; i < listing.count(); ++i) {
    const auto path = listing.path(i);
    if (!path.starts_with(folder) || path.find('/', folder.size()) != std::string_view::npos) continue;
    if (is_named_picture(path)) return true;
    if (may_be_picture(path) && (++looked_at > kMostLookedAt || is_picture(i))) return true;
  }
  return false;
}

}  // namespace

bool may_be_picture(std::string_view path) { return !is_one_of(kOthers, ending_of(path)); }

bool is_named_picture(std::string_view path) { return is_one_of(kPictures, ending_of(path)); }

Wrapping find_wrapping(const Listing& listing, const std::function<bool(int64_t)>& is_picture) {
  Wrapping wrapping{{""}, ""};
  while (!has_pictures(listing, wrapping.folders.back(), is_picture)) {
    const auto folders = folders_in(listing, wrapping.folders.back());
    if (folders.size() > 1) wrapping.classes = wrapping.folders.back();
    if (folders.size() != 1) break;
    wrapping.folders.push_back(wrapping.folders.back() + std::string(*folders.begin()));
  }
  return wrapping;
}

std::vector<std::string> remarks_on_classes(const std::vector<std::string>& classes, const fs::path& data,
                                            const std::string& folder, bool is_archive) {
  std::vector<std::string> remarks, splits, twins;
  std::map<std::string, std::string> by_folded;
  for (const auto& name : classes) {
    if (is_one_of(kSplits, lowercase(name))) splits.push_back(name);
    const auto [first, is_new] = by_folded.emplace(folded_file_name(name), name);
    if (!is_new) twins.push_back("'" + printable(first->second) + "' and '" + printable(name) + "'");
  }
  if (!twins.empty())
    remarks.push_back("the classes " + cut_list(twins) + " differ in capitals or in how accents are stored alone; " +
                      "if they are one class, put their pictures into one folder");
  if (splits.size() < 2) return remarks;
  std::vector<std::string> quoted;
  for (const auto& name : splits) quoted.push_back("'" + printable(name) + "'");
  const std::string wanted = folder + splits.back();
  remarks.push_back("its folders " + cut_list(quoted, ", ") + " are taken for classes; to train on one of them, " +
                    (is_archive ? "unpack it: `unzip " + shell_word(data.native()) + " -d FOLDER`, and give FOLDER/" +
                                      printable(wanted)
                                : "give " + shell_word((data / wanted).native())));
  return remarks;
}

}  // namespace dcgan
