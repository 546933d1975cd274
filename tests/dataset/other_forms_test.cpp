// Pictures in forms that are not read: the command of every hint is typed into a shell, until there are pictures.
#include "dataset/other_forms.hpp"

#include <gtest/gtest.h>

#include "core/json.hpp"
#include "core/text.hpp"
#include "dataset/source.hpp"
#include "support/idx.hpp"
#include "support/pictures.hpp"
#include "support/process.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::other_forms {
namespace {

/// What the script made: picture `n`, whatever its size.
void expect_picture(const Image& image, int64_t n, bool colours, const std::string& name) {
  ASSERT_EQ(image.channels, colours ? 3 : 1) << name;
  for (int64_t y = 0; y < image.height; ++y)
    for (int64_t x = 0; x < image.width; ++x)
      for (int64_t c = 0; c < image.channels; ++c)
        ASSERT_NEAR(image.at(x, y)[c], (n * 37 + y * 31 + x * 5 + c * 50) % 256, 1) << name << " " << n;
}

/// The last word of a command, without its quotes.
std::string last_word(std::string command) {
  if (command.ends_with('\'')) command.pop_back();
  return command.substr(std::max(command.rfind('\'') + 1, command.rfind(" /") + 1));
}

class OtherForms : public ::testing::Test {
 protected:
  /// Follows hints from `data` on. What is read in the end, or nothing.
  std::unique_ptr<Source> followed(const std::string& name, const std::string& data, const std::string& then,
                                   int hops) {
    fs::path path = folder / data;
    for (int hop = 0; hop <= hops; ++hop) {
      Thrown thrown;
      try {
        auto source = open_source(path);
        if (source->count() > 0 && source->probe(0).problem.empty()) return source;
        ADD_FAILURE() << name << ": '" << path << "' is read as " << source->kind() << " without pictures";
        return nullptr;
      } catch (const Error& error) {
        thrown = {error.what(), error.hint(), error.exit_code()};
      }
      EXPECT_CONTAINS(thrown.what, "'" + shown(path) + "'") << name;
      EXPECT_EQ(thrown.hint, printable(thrown.hint)) << name;  // or it would not be printed as it is typed
      const std::string command = thrown.hint.substr(thrown.hint.find(": ") + 2);
      if (thrown.hint.starts_with("give ")) {
        path = last_word(command.substr(0, command.find(", /")));
        continue;
      }
      const auto [said, status] = output_of("cd '" + folder.path().native() + "' && " + command);
      EXPECT_EQ(status, 0) << name << ": " << command << "\n" << said;
      if (status != 0) return nullptr;
      path = command.ends_with(".npy") || command.ends_with(".npy'") ? fs::path(last_word(command)) : folder / then;
    }
    ADD_FAILURE() << name << ": the hints lead in a circle, or further than they may";
    return nullptr;
  }
  /// What the remark about labels makes of a set without them.
  static std::unique_ptr<Source> with_labels(const Source& source, const std::string& name) {
    for (const auto& remark : source.remarks()) {
      const size_t give = remark.find("and give "), command = remark.find("python3 -c");
      if (give == std::string::npos || command == std::string::npos) continue;
      const auto [said, status] = output_of(remark.substr(command));
      EXPECT_EQ(status, 0) << name << ": " << said;
      return open_source(last_word(" " + remark.substr(give + 9, command - give - 11)));
    }
    ADD_FAILURE() << name << ": nothing is said of its labels";
    return nullptr;
  }
  TemporaryFolder folder;
};

TEST_F(OtherForms, HaveHintsThatLeadToPicturesAsTheyAreTyped) {
  const std::string python = DCGAN_TEST_ANY_PYTHON;
  if (python.empty() || output_of("'" + python + "' -c 'import numpy'").second != 0) GTEST_SKIP() << "no NumPy";
  // The hints say python3: it shall be the one that has NumPy.
  ::setenv("PATH", (fs::path(python).parent_path().native() + ":" + ::getenv("PATH")).c_str(), 1);
  const auto [said, status] =
      output_of("'" + python + "' '" + DCGAN_TEST_SOURCE + "/other_forms.py' '" + folder.path().native() + "'");
  ASSERT_EQ(status, 0) << said;
  const Json told = Json::parse(said);
  EXPECT_GE(told.size(), 30u);
  for (const auto& one : told) {
    const std::string name = one["name"];
    const auto source = followed(name, one["data"], one["then"], one["hops"]);
    if (!source) continue;
    EXPECT_EQ(source->count(), one["count"]) << name;
    // Arrays in folders come class by class: 0, 3, 1, 4, 2, 5.
    const auto number = [&](int64_t i) { return name == "arrays in classes" ? i / 2 + 3 * (i % 2) : i; };
    for (int64_t i = 0; i < source->count(); ++i)
      expect_picture(source->read(i, 64, nullptr), number(i), one["colours"], name);
    if (!one["labels"]) continue;
    const auto labelled = with_labels(*source, name);
    ASSERT_TRUE(labelled) << name;
    ASSERT_EQ(labelled->count(), 6) << name;
    for (int64_t i = 0; i < 6; ++i) {
      EXPECT_EQ(labelled->label(i), number(i) % 3) << name;
      expect_picture(labelled->read(i, 64, nullptr), number(i), one["colours"], name);
    }
  }
  std::printf("%zu forms lead to their pictures by the hints alone\n", told.size());
}

TEST_F(OtherForms, ThatNoPythonIsNeededForAreNamedByTheirMarks) {
  const std::vector<std::array<std::string, 3>> forms = {
      {"a.rar", "Rar!\x1a\x07\x01", "unrar x"},
      {"a.7z", "7z\xbc\xaf\x27\x1c", "7z x"},
      {"a.mkv", "\x1a\x45\xdf\xa3", "ffmpeg -i"},
      {"a.mp4", std::string("\0\0\0\x18", 4) + "ftypisom", "ffmpeg -i"},
      {"a.mat", "MATLAB 5.0 MAT-file, Platform", "scipy.io"},
      {"b.mat", "MATLAB 7.3 MAT-file" + std::string(493, ' ') + "\x89HDF\r\n\x1a\n", "h5py"},
      {"a.h5", "\x89HDF\r\n\x1a\n", "h5py"},
      {"a.parquet", "PAR1xxx", "pandas"},
      {"db/data.mdb", std::string(16, '\0') + "\xde\xc0\xef\xbe", "lmdb"},
      {"train.tfrecord-00000-of-00010", std::string(16, '\1'), "tensorflow"},
      {"a.jpg", "\xff\xd8\xff\xe0", "give the folder"},
      {"data_batch_1.bin", std::string(4000, '\1'), "copy or download it again"}};
  for (const auto& [name, content, hint] : forms) {
    write_text(folder / name, content);
    const Thrown thrown = thrown_by([&] { open_source(folder / name); });
    EXPECT_EQ(thrown.exit_code, 2) << name;
    EXPECT_CONTAINS(thrown.what, shown(folder / name));
    EXPECT_CONTAINS(thrown.hint, hint);
  }
  EXPECT_CONTAINS(thrown_by([&] { open_source(folder / "db"); }).hint, "lmdb.open");
}

TEST_F(OtherForms, AreFoundInsideTheFoldersThatProgramsUnpackThemInto) {
  const std::string record = std::string(1, '\3') + std::string(3072, 'x');
  for (int i = 1; i <= 5; ++i)
    write_text(folder / ("torch/cifar-10-batches-bin/data_batch_" + std::to_string(i) + ".bin"), record);
  write_text(folder / "torch/cifar-10-batches-bin/readme.html", "x");
  const Thrown thrown = thrown_by([&] { open_source(folder / "torch"); });
  EXPECT_EQ(thrown.hint, "give one of them: " + (folder / "torch/cifar-10-batches-bin").native());
  for (int i = 10; i < 25; ++i) write_text(folder / ("arrays/" + std::to_string(i) + ".npy"), "\x93NUMPY");
  EXPECT_CONTAINS(thrown_by([&] { open_source(folder / "arrays"); }).hint, "19.npy and 5 more");
}

TEST_F(OtherForms, LabelsOfAnIdxSetWithoutItsImagesSayThatThoseAreMissing) {
  const std::string labels = idx_header(8, {3}) + std::string("\1\2\3", 3);
  fs::create_directories(folder / "plain"), fs::create_directories(folder / "packed");
  write_text(folder / "plain/emnist-letters-train-labels-idx1-ubyte", labels);
  write_gz(folder / "packed/emnist-letters-train-labels-idx1-ubyte.gz", labels);
  for (const char* place : {"plain", "packed"}) {
    const Thrown thrown = thrown_by([&] { open_source(folder / place); });
    EXPECT_CONTAINS(thrown.what, "holds labels of an IDX set") << place;
    EXPECT_CONTAINS(thrown.hint, "images-idx3") << place;
  }
}

TEST_F(OtherForms, AmongPicturesAreLeftOutAsEver) {
  write_text(folder / "a.tar", std::string(257, '\0') + "ustar" + std::string(300, '\0'));
  write_text(folder / "train.parquet", "PAR1xxx");
  EXPECT_CONTAINS(thrown_by([&] { open_source(folder.path()); }).what, "holds no pictures");
  write_text(folder / "b/unnamed", png_of(noise(8, 8, 3)));
  EXPECT_EQ(open_source(folder.path())->count(), 3);
  fs::remove(folder / "b/unnamed");
  write_text(folder / "b/1.png", png_of(noise(8, 8, 3)));
  EXPECT_EQ(open_source(folder.path())->count(), 3);
}

}  // namespace
}  // namespace dcgan::test::other_forms
