// What the numbers of an IDX labels file say: a class for each picture, or none.
#include <algorithm>

#include "core/element.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "dataset/idx_labels.hpp"
#include "dataset/listed_labels.hpp"

namespace dcgan {
namespace {

constexpr int kWithoutSign = 0x08, kIntegers = 0x0C, kFirstReal = 0x0D;
constexpr int64_t kMostColumns = 1000, kColumnsOfQmnist = 8;
const std::string kMoveAway = "move the file away to train without labels";

std::string the_labels(const fs::path& path) { return "the labels '" + shown(path) + "'"; }

/// Labels in floating point, as training programs keep them: the command that makes whole numbers of them, of rows the
/// place of the largest. It needs Python alone.
std::string as_whole_numbers(const fs::path& path) {
  const std::string kept = path.native() + ".reals";
  return kMoveAway + ", or make whole numbers of them: mv " + shell_word(path.native()) + " " + shell_word(kept) +
         " && " +
         python_command(
             "import array, gzip, sys; p = sys.argv[1]; "
             "b = (gzip.open if open(p, \"rb\").read(2) == b\"\\x1f\\x8b\" else open)(p, "
             "\"rb\").read(); "
             "a = array.array({13: \"f\", 14: \"d\"}[b[2]], b[4 + 4 * b[3]:]); a.byteswap(); "
             "n = int.from_bytes(b[4:8], \"big\"); w = len(a) // n; "
             "y = [round(a[i]) if w == 1 else max(range(w), key=lambda k: a[i * w + k]) "
             "for i in range(n)]; "
             "open(sys.argv[2], \"wb\").write(bytes([0, 0, 12, 1]) + b[4:8] + "
             "b\"\".join(v.to_bytes(4, \"big\", signed=True) for v in y))",
             {kept, path.native()});
}

void check_shape(const fs::path& path, const std::vector<int64_t>& shape, int64_t count) {
  const bool has_columns = shape.size() == 2 && shape[1] >= 1 && shape[1] <= kMostColumns;
  if (!shape.empty() && shape[0] != count)
    throw Error(the_labels(path) + " do not fit: " + with_commas(shape[0]) + " labels for " + counted(count, "image"),
                kMoveAway);
  if (shape.size() != 1 && !has_columns)
    throw Error(the_labels(path) + " are neither a list nor a table of numbers: their shape is " + shape_text(shape),
                kMoveAway);
}

/// Whole numbers with the highest byte first; all but bytes have signs.
class Numbers {
 public:
  explicit Numbers(const IdxFile& idx)
      : idx_(idx),
        width_(bytes_of_idx_number(idx.type)),
        columns_(idx.shape.size() == 2 ? static_cast<size_t>(idx.shape[1]) : 1) {}

  size_t rows() const { return static_cast<size_t>(idx_.shape[0]); }
  size_t columns() const { return columns_; }
  int64_t at(size_t row, size_t column) const {
    const size_t from = (row * columns_ + column) * width_;
    int64_t number = idx_.type == kWithoutSign ? 0 : static_cast<int8_t>(idx_.values[from]) < 0 ? -1 : 0;
    for (size_t i = 0; i < width_; ++i) number = number * 256 + idx_.values[from + i];
    return number;
  }

 private:
  const IdxFile& idx_;
  size_t width_, columns_;
};

/// How tables of marks are filled: with zeros, and one other number throughout.
struct Marks {
  bool are_marks = true;
  size_t last_column = 0;  // in which there is one
  int64_t most_in_a_row = 0;
};

Marks marks_of(const Numbers& numbers) {
  Marks marks;
  int64_t mark = 0;
  for (size_t row = 0; row < numbers.rows() && marks.are_marks; ++row) {
    int64_t here = 0;
    for (size_t column = 0; column < numbers.columns(); ++column) {
      const int64_t number = numbers.at(row, column);
      if (number == 0) continue;
      if (mark == 0) mark = number;
      marks.are_marks &= number == mark;
      marks.last_column = std::max(marks.last_column, column);
      ++here;
    }
    marks.most_in_a_row = std::max(marks.most_in_a_row, here);
  }
  return marks;
}

/// The column of the number that is not zero, -1 where all are.
int64_t place_of_mark(const Numbers& numbers, size_t row) {
  for (size_t column = 0; column < numbers.columns(); ++column)
    if (numbers.at(row, column) != 0) return static_cast<int64_t>(column);
  return -1;
}

/// True where the place of a mark is the class, false where the first number is.
bool is_one_hot(const Numbers& numbers, const fs::path& path) {
  if (numbers.columns() == 1) return false;
  const Marks marks = marks_of(numbers);
  if (!marks.are_marks || marks.last_column == 0) return false;
  if (marks.most_in_a_row > 1)
    throw Error(
        the_labels(path) + " mark up to " + counted(marks.most_in_a_row, "class", "classes") + " a picture, not one",
        kMoveAway);
  return true;
}

/// What is said of a table of numbers.
std::string remark_on_table(const fs::path& path, const Numbers& numbers, bool is_by_place) {
  const std::string each = counted(static_cast<int64_t>(numbers.columns()), "number") + " for each picture; ";
  return "'" + shown(path.filename()) + "' has " + each +
         (is_by_place ? "the place of the one that is not zero is taken for its class (one-hot)"
                      : "the first is taken for its class");
}

}  // namespace

IdxLabels read_idx_labels(const fs::path& path, int64_t count) {
  const IdxFile idx = read_idx_numbers(path, [&](int type, const std::vector<int64_t>& shape) {
    if (type >= kFirstReal) throw Error(the_labels(path) + " are not whole numbers", as_whole_numbers(path));
    check_shape(path, shape, count);
  });
  const Numbers numbers(idx);
  const bool is_by_place = is_one_hot(numbers, path);
  IdxLabels out;
  int64_t without = 0;
  for (size_t row = 0; row < numbers.rows(); ++row) {
    const int64_t label = is_by_place ? place_of_mark(numbers, row) : numbers.at(row, 0);
    if (label >= kMostClasses)
      throw Error(the_labels(path) + " hold " + with_commas(label) + ", which is not a class number", kMoveAway);
    without += label < 0;
    out.labels.push_back(label < 0 ? -1 : static_cast<int32_t>(label));
  }
  const bool is_qmnist = idx.type == kIntegers && numbers.columns() == kColumnsOfQmnist && !is_by_place;
  if (numbers.columns() > 1 && !is_qmnist) out.remarks.push_back(remark_on_table(path, numbers, is_by_place));
  if (without > 0)
    out.remarks.push_back(with_commas(without) + " of " + counted(count, "label") + " in '" + shown(path.filename()) +
                          "' " + (without == 1 ? "is" : "are") + (is_by_place ? " all zeros" : " below zero") + ": " +
                          (without == 1 ? "that picture has" : "these pictures have") + " no class");
  return out;
}

}  // namespace dcgan
