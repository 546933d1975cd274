// dataset.json whose labels contradict each other or are no class numbers: what is said, and what its command does.
#include "dataset/label_list.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "dataset/source.hpp"
#include "support/pictures.hpp"
#include "support/process.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"
#include "support/zip.hpp"

namespace dcgan::test::label_lists {
namespace {

using Labels = std::vector<int32_t>;

class LabelValues : public ::testing::Test {
 protected:
  /// A folder of four pictures, and what its list says.
  std::unique_ptr<Source> opened(const std::string& labels) {
    for (const char* name : {"a/1.png", "a/2.png", "b/3.png", "b/4.png"})
      write_text(folder / "my set" / name, png_of(noise(8, 8, 3)));
    write_text(folder / "my set/dataset.json", "{\"labels\": " + labels + "}");
    return open_source(folder / "my set");
  }
  static Labels labels_of(const Source& source) {
    Labels labels;
    for (int64_t i = 0; i < source.count(); ++i) labels.push_back(source.label(i));
    return labels;
  }
  /// Of four pictures, label by label.
  static std::string listed(const std::array<std::string, 4>& values) {
    const char* names[] = {"a/1.png", "a/2.png", "b/3.png", "b/4.png"};
    std::string out;
    for (size_t i = 0; i < 4; ++i)
      out += (out.empty() ? "[[\"" : ", [\"") + std::string(names[i]) + "\", " + values[i] + "]";
    return out + "]";
  }
  TemporaryFolder folder;
};

TEST_F(LabelValues, ThatContradictEachOtherAreSaidAndTheLastCounts) {
  for (const char* again : {"a/1.png", "./a/1.png", "a//1.png", "a\\\\1.png", "b/../a/1.png"}) {
    const auto source = opened(R"([["a/1.png", 0], ["a/2.png", 1], ["b/3.png", 0], ["b/4.png", 1], [")" +
                               std::string(again) + R"(", 1]])");
    EXPECT_EQ(labels_of(*source), (Labels{1, 1, 0, 1})) << again;
    EXPECT_EQ(joined(source->remarks(), "\n"),
              "1 picture is in 'dataset.json' more than once with different labels, of which the last counts: "
              "'a/1.png' (1, not 0); delete the wrong one there")
        << again;
  }
  const std::string twice = R"([["a/1.png", 0], ["a/2.png", 1], ["b/3.png", 0], ["b/4.png", 1], ["a/1.png", 0]])";
  EXPECT_TRUE(opened(twice)->remarks().empty());  // with the same label it is no contradiction
  const std::string back = R"([["a/1.png", 0], ["a/1.png", 2], ["a/1.png", 0], ["a/2.png", 1]])";
  EXPECT_CONTAINS(joined(opened(back)->remarks(), "\n"), "'a/1.png' (0, not 2)");
}

TEST_F(LabelValues, ThatContradictEachOtherInAnArchiveAreSaidToo) {
  write_text(folder / "x.zip", ZipMaker()
                                   .add("a/1.png", png_of(noise(8, 8, 3)))
                                   .add("dataset.json", R"({"labels": [["a/1.png", 0], ["./a/1.png", 3]]})")
                                   .whole());
  EXPECT_CONTAINS(joined(open_source(folder / "x.zip")->remarks(), "\n"), "'a/1.png' (3, not 0)");
}

/// A list whose labels are no class numbers names the first, and the command behind it makes the labels of `after`.
TEST_F(LabelValues, ThatAreNoClassNumbersAreMadeSuchByTheCommandOfTheRemark) {
  struct Case {
    std::string labels, says;
    Labels after;
  };
  for (const auto& [labels, says, after] : std::vector<Case>{
           {listed({"[1, 0, 0]", "[0, 0, 1]", "[0, 1, 0]", "[1, 0, 0]"}), "label 0 is a list of 3 val", {0, 2, 1, 0}},
           {listed({"[0.0, 1.0]", "[1.0, 0.0]", "[0.0, 1.0]", "[1.0, 0.0]"}), "is a list of 2 values", {1, 0, 1, 0}},
           {listed({"[5]", "[6]", "[5]", "[0]"}), "is a list of 1 value,", {5, 6, 5, 0}},
           {listed({"1.0", "0.0", "2.0", "1.0"}), "label 0 is not a class number: 1.0", {1, 0, 2, 1}},
           {listed({"0", "\"1\"", "\"12\"", "\"1\""}), "label 1 is not a class number: \"1\"", {0, 1, 12, 1}},
           {listed({"\"dog\"", "\"cat\"", "\"dog\"", "\"it's\""}),
            "label 0 is not a class number: \"dog\"",
            {1, 0, 1, 2}},
           {listed({"true", "false", "true", "true"}), "label 0 is not a class number: true", {1, 0, 1, 1}},
           {listed({"0", "-1", "1", "-1"}), "label 1 is a class number out of range: -1", {0, -1, 1, -1}},
           {listed({"0", "null", "1", "1"}), "label 1 is not a class number: null", {0, -1, 1, 1}},
           {R"({"a/1.png": 1, "a/2.png": 0, "b/3.png": 1, "b/4.png": 0})", "\"labels\" is not a list", {1, 0, 1, 0}}}) {
    const auto source = opened(labels);
    ASSERT_EQ(source->remarks().size(), 1u) << labels;
    const std::string remark = source->remarks()[0];
    EXPECT_CONTAINS(remark, says);
    EXPECT_CONTAINS(remark, "its labels are not used, and there are no classes; to use them: cp ");
    EXPECT_EQ(labels_of(*source), (Labels{-1, -1, -1, -1})) << labels;
    std::string command = remark.substr(remark.find("cp "));
    if (command.ends_with(" class)")) command.resize(command.rfind(" (those"));
    const auto [said, status] = output_of(command);
    ASSERT_EQ(status, 0) << command << "\n" << said;
    EXPECT_EQ(labels_of(*open_source(folder / "my set")), after) << labels;
    EXPECT_CONTAINS(read_text(folder / "my set/.dataset-before.json"), labels);
  }
}

TEST_F(LabelValues, OfNamesThatDifferInEndingsOrCapitalsAreMendedByTheCommandOfTheRemark) {
  for (const auto& labels : {R"([["a/1.jpg", 1], ["a/2.jpg", 0], ["b/3.jpg", 1], ["b/4.jpg", 0]])",
                             R"([["1", 1], ["2", 0], ["3", 1], ["4", 0]])", R"([["A/1.PNG", 1], ["a/2.png", 0],
                                 ["B/3.png", 1], ["b/4.PNG", 0]])"}) {
    const auto source = opened(labels);
    ASSERT_GE(source->remarks().size(), 1u) << labels;
    const std::string remark = source->remarks()[0];
    EXPECT_CONTAINS(remark, "in capitals, accents or the extension alone; to use them: cp ");
    const auto [said, status] = output_of(remark.substr(remark.find("cp ")));
    ASSERT_EQ(status, 0) << remark << said;
    const auto mended = open_source(folder / "my set");
    EXPECT_EQ(labels_of(*mended), (Labels{1, 0, 1, 0})) << labels;
    EXPECT_TRUE(mended->remarks().empty()) << labels;
  }
  const std::string others = R"([["x.png", 0], ["y.png", 1]])";
  EXPECT_FALSE(contains(joined(opened(others)->remarks(), "\n"), "cp "));
}

TEST_F(LabelValues, ThatNoCommandCanMendSayWhatToWrite) {
  for (const auto& labels :
       {listed({"0.5", "1", "1", "1"}), listed({"[0.2, 0.8]", "1", "1", "1"}), listed({"[[1]]", "1", "1", "1"}),
        listed({"{}", "1", "1", "1"}), listed({"100000", "1", "1", "1"}), listed({"1e300", "1", "1", "1"})})
    EXPECT_CONTAINS(joined(opened(labels)->remarks(), "\n"), "there are no classes; ") << labels;
}

}  // namespace
}  // namespace dcgan::test::label_lists
