// What is odd about a .npy file that is read as pictures: labels beside it, the planes of one picture, marks for bytes.
#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/platform/io/mapped_file.hpp"
#include "core/text.hpp"
#include "dataset/listed_labels.hpp"
#include "dataset/npy_pictures.hpp"
#include "formats/npy.hpp"

namespace dcgan {
namespace {

std::string_view view_of(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

std::string beside_it(const fs::path& path, const std::string& ending) {
  return (parent_of(path) / (path.stem().native() + ending)).native();
}

/// Class numbers for `count` pictures: one each, or a row of zeros and ones. (Latents are rows of other numbers.)
bool holds_labels(const fs::path& path, int64_t count) {
  constexpr int64_t kMostColumns = 1000;
  constexpr size_t kLongestHead = 4096;
  if (!looks_like_npy(read_file(path, kLongestHead))) return false;
  const MappedFile file(path);
  const NpyDescription npy = describe_npy(view_of(file), "labels");
  const auto numbers = npy_numbers(npy.type);
  const bool is_table = npy.shape.size() == 2 && npy.shape[1] > 1 && npy.shape[1] <= kMostColumns;
  const bool is_list = npy.shape.size() == 1 || (npy.shape.size() == 2 && npy.shape[1] == 1);
  if (!numbers || (!is_table && !is_list) || npy.shape[0] != count) return false;
  const double most = is_table ? 1 : static_cast<double>(kMostClasses);
  for (size_t at = 0; at < npy.data.size(); at += numbers->bytes) {
    const double value = npy_number(*numbers, npy.data, at);
    if (!(value >= -1 && value <= most) || value != std::floor(value)) return false;
  }
  file.check();
  return true;
}

/// The first file beside `path` that may hold labels of its pictures.
fs::path labels_of(const fs::path& path, int64_t count) {
  constexpr size_t kMost = 1000;
  std::vector<fs::path> files;
  std::error_code ignored, problem;
  for (auto entry = fs::directory_iterator(parent_of(path), problem);
       !problem && entry != fs::directory_iterator() && files.size() < kMost; entry.increment(problem))
    if (entry->is_regular_file(ignored) && entry->path().extension() == ".npy" &&
        entry->path().filename() != path.filename())
      files.push_back(parent_of(path) / entry->path().filename());
  std::sort(files.begin(), files.end());
  // Of several, the one whose name is most like: "y_train" to "x_train", not "y_test".
  const std::string own = path.stem().native();
  const auto alike = [&](const fs::path& file) {
    const std::string other = file.stem().native();
    const auto front = std::mismatch(own.begin(), own.end(), other.begin(), other.end()).first - own.begin();
    const auto back = std::mismatch(own.rbegin(), own.rend(), other.rbegin(), other.rend()).first - own.rbegin();
    return front + back;
  };
  fs::path best;
  for (const auto& file : files) {
    try {
      if (holds_labels(file, count) && (best.empty() || alike(file) > alike(best))) best = file;
    } catch (const Error& error) {  // of a file that is damaged or cannot be read nothing is said here
      rethrow_exhausted(error);
    }
  }
  return best;
}

std::string remark_on_labels(const fs::path& path, const fs::path& labels) {
  const fs::path images = beside_it(path, "-images-idx4-ubyte");
  return "'" + shown(labels.filename()) + "' has numbers for each picture; of .npy files no labels are read; " +
         "if they are, make IDX files of both, and give " + shell_word(images.native()) + ": " +
         python_command(
             "import numpy, sys; a, y = map(numpy.load, sys.argv[1:3]); "
             "y = y.argmax(1) if y.ndim > 1 and y.shape[1] > 1 else y.ravel(); "
             "w = lambda p, k, b: open(p, \"wb\").write(bytes([0, 0, k, b.ndim]) + "
             "numpy.array(b.shape, \">i4\").tobytes() + b.tobytes()); "
             "w(sys.argv[3], 8, a); w(sys.argv[4], 12, y.astype(\">i4\"))",
             {path.native(), labels.native(), images.native(), beside_it(path, "-labels-idx1-int")});
}

/// [3, height, width] may be the planes of one picture.
std::string remark_on_planes(const fs::path& path, const std::vector<int64_t>& shape) {
  if (shape.size() != 3 || (shape[0] != 3 && shape[0] != 4)) return "";
  const std::string out = beside_it(path, "-picture.npy");
  return "read as " + std::to_string(shape[0]) + " gray pictures; if they are the channels of one picture: " +
         python_command(
             "import numpy, sys; numpy.save(sys.argv[2], "
             "numpy.ascontiguousarray(numpy.load(sys.argv[1]).transpose(1, 2, 0)[None]))",
             {path.native(), out});
}

std::string remark_on_marks(const fs::path& path, std::string_view data) {
  const bool are_marks =
      !data.empty() && std::none_of(data.begin(), data.end(), [](char c) { return static_cast<uint8_t>(c) > 1; });
  if (!are_marks) return "";
  return "all of its bytes are 0 or 1, so the pictures are black; to make them 0 or 255: " +
         python_command("import numpy, sys; numpy.save(sys.argv[2], 255 * numpy.load(sys.argv[1]))",
                        {path.native(), beside_it(path, "-255.npy")});
}

}  // namespace

std::vector<std::string> remarks_on_npy(const fs::path& path) {
  std::vector<std::string> remarks;
  try {
    const MappedFile file(path);
    const NpyDescription npy = describe_npy(view_of(file), "pictures");
    if (npy.type != "|u1" || npy.columns_first || !is_shape_of_pictures(npy.shape)) return {};
    for (auto& remark : {remark_on_planes(path, npy.shape), remark_on_marks(path, npy.data)})
      if (!remark.empty()) remarks.push_back(remark);
    file.check();
    if (const fs::path labels = labels_of(path, npy.shape[0]); !labels.empty())
      remarks.push_back(remark_on_labels(path, labels));
  } catch (const Error& error) {  // it is said when the pictures are asked for
    rethrow_exhausted(error);
  }
  return remarks;
}

}  // namespace dcgan
