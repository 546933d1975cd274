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
constexpr std::string_view kTrain[] = {"train", "training", "trainset", "traina", "trainb"};
constexpr std::string_view kHeldBack[] = {"test",       "testing", "testset",  "testa", "testb", "val", "valid",
                                          "validation", "valset",  "validset", "vala",  "valb",  "dev", "eval"};
constexpr std::string_view kAnswers[] = {"mask",
                                         "masks",
                                         "label",
                                         "labels",
                                         "annotation",
                                         "annotations",
                                         "gt",
                                         "groundtruth",
                                         "segmentation",
                                         "segmentations",
                                         "segmentationclass",
                                         "segmentationobject",
                                         "seg",
                                         "trimap",
                                         "trimaps",
                                         "depth",
                                         "edges",
                                         "targets",
                                         "lr",
                                         "thumbnails"};
constexpr std::string_view kQuestions[] = {"image",  "images", "img", "imgs",   "jpegimages", "photo",
                                           "photos", "pics",   "rgb", "inputs", "pictures",   "hr"};

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

namespace {

/// The words of a folder's name in small letters: of "DIV2K_train_HR" and "train2017" "train" is one.
template <size_t n>
bool has_word_of(const std::string_view (&all)[n], const std::string& name) {
  std::string word;
  for (const char c : lowercase(name) + "-") {
    if (c >= 'a' && c <= 'z') {
      word += c;
      continue;
    }
    if (is_one_of(all, word)) return true;
    word.clear();
  }
  return false;
}

std::vector<int64_t> pictures_of_classes(const Listing& listing) {
  std::vector<int64_t> counts(listing.classes.size());
  for (int64_t i = 0; i < listing.count(); ++i)
    if (listing.label(i) >= 0 && may_be_picture(listing.path(i))) ++counts[static_cast<size_t>(listing.label(i))];
  return counts;
}

/// Folders that are no classes, of which one is advised: that of `better` with the most pictures, else of all.
template <size_t n>
std::string advice(const Listing& listing, const std::vector<size_t>& folders, const std::string_view (&better)[n],
                   const std::string& parent, bool is_archive) {
  const auto counts = pictures_of_classes(listing);
  const auto rank = [&](size_t c) { return std::pair(has_word_of(better, listing.classes[c]), counts[c]); };
  const size_t best =
      *std::max_element(folders.begin(), folders.end(), [&](size_t a, size_t b) { return rank(a) < rank(b); });
  std::vector<std::string> quoted;
  for (const size_t c : folders)
    if (counts[c] > 0) quoted.push_back("'" + printable(listing.classes[c]) + "' (" + counted(counts[c], "file") + ")");
  const std::string wanted = parent + listing.classes[best], said = "its folders " + cut_list(quoted, ", ") +
                                                                    " are taken for classes; to train on '" +
                                                                    printable(listing.classes[best]) + "' alone, ";
  if (!is_archive) return said + "give " + shell_word((listing.root / wanted).native());
  fs::path out = parent_of(listing.root) / listing.root.stem();
  std::error_code ignored;
  if (fs::exists(out, ignored)) out += "-unpacked";
  return said + "unpack it and give " + shell_word((out / wanted).native()) + ": unzip -q " +
         shell_word(listing.root.native()) + " -d " + shell_word(out.native());
}

/// Names that other systems take for one.
std::string remark_on_twins(const std::vector<std::string>& classes) {
  std::vector<std::string> twins;
  std::map<std::string, std::string> by_folded;
  for (const auto& name : classes)
    if (const auto [first, is_new] = by_folded.emplace(folded_file_name(name), name); !is_new)
      twins.push_back("'" + printable(first->second) + "' and '" + printable(name) + "'");
  if (twins.empty()) return "";
  return "the classes " + cut_list(twins) + " differ in capitals or in how accents are stored alone; " +
         "if they are one class, put their pictures into one folder";
}

}  // namespace

std::vector<std::string> remarks_on_classes(const Listing& listing, const std::string& folder, bool is_archive) {
  std::vector<std::string> remarks;
  if (auto twins = remark_on_twins(listing.classes); !twins.empty()) remarks.push_back(std::move(twins));
  std::vector<size_t> splits, pairs;
  size_t train = 0, questions = 0;
  const auto counts = pictures_of_classes(listing);
  for (size_t c = 0; c < counts.size(); ++c) {
    const std::string& name = listing.classes[c];
    if (counts[c] == 0) continue;
    const bool is_train = has_word_of(kTrain, name), asks = has_word_of(kQuestions, name);
    train += is_train, questions += asks;
    if (is_train || has_word_of(kHeldBack, name)) splits.push_back(c);
    if (asks || has_word_of(kAnswers, name)) pairs.push_back(c);
  }
  // Two at least, not all of one kind, and not among many: "test tube" and "train" may be classes of a thousand.
  const auto used = counts.size() - static_cast<size_t>(std::count(counts.begin(), counts.end(), 0));
  const auto are_most = [&](const std::vector<size_t>& some) { return 2 * some.size() > used; };
  if (splits.size() >= 2 && are_most(splits) && (train < splits.size() || train == 0))
    remarks.push_back(advice(listing, splits, kTrain, folder, is_archive));
  else if (questions >= 1 && pairs.size() > questions && are_most(pairs))
    remarks.push_back(advice(listing, pairs, kQuestions, folder, is_archive));
  return remarks;
}

}  // namespace dcgan
