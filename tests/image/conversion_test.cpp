// The commands in the hints of pictures that are not read, typed as they stand: unread.py makes such a picture of every
// kind.
#include "image/conversion.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <vector>

#include "core/parallel.hpp"
#include "core/platform/io/file.hpp"
#include "core/text.hpp"
#include "image/decode.hpp"
#include "image/transform.hpp"
#include "support/differences.hpp"
#include "support/pictures.hpp"
#include "support/process.hpp"
#include "support/temporary.hpp"

namespace dcgan::test::conversions {
namespace {

struct Case {
  std::string name, how, levels;
};

std::string missing_program() {
  for (const char* program : {"convert", "ffmpeg", "rsvg-convert", "pdftoppm", "dcraw_emu", "heif-convert"})
    if (output_of(std::string("command -v ") + program).second != 0) return program;
  return "";
}

/// What of the file is not read, of the file at `path`; kNone and no command when it is read, or called damaged.
NotRead refusal_of(const fs::path& path) {
  try {
    decoded(read_file(path));
    ADD_FAILURE() << path << " is read";
  } catch (const NotRead& error) {
    return error.at(path.native());
  } catch (const Error& error) {
    ADD_FAILURE() << path << " is sound, and called: " << error.what();
  }
  return NotRead("nothing", Converter::kNone);
}

/// The first file that begins with the name of the one at `path` and is neither that nor its truth.
fs::path made_from(const fs::path& path) {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(path.parent_path())) {
    const std::string name = entry.path().filename().native();
    if (name.starts_with(path.filename().native()) && name != path.filename() && entry.path().extension() != ".truth")
      all.push_back(entry.path());
  }
  return all.empty() ? fs::path() : *std::min_element(all.begin(), all.end());
}

class Conversions : public testing::Test {
 protected:
  void SetUp() override {
    const std::string python = DCGAN_TEST_READERS_PYTHON;
    if (python.empty())
      GTEST_SKIP() << "no Python with what third_party/readers.txt names; scripts/setup --tests installs it";
    if (const std::string program = missing_program(); !program.empty())
      GTEST_SKIP() << "no " << program << "; scripts/setup --tests installs it";
    // "python3" of the commands is the one that has the packages that they name.
    path_before_ = std::getenv("PATH");
    if (python.find('/') != std::string::npos)
      ::setenv("PATH", (fs::path(python).parent_path().native() + ":" + path_before_).c_str(), 1);
    put_dcgan_into_path();
    fs::create_directories(pictures_);
    const auto [said, status] =
        output_of(shell_word(python) + " '" DCGAN_TEST_SOURCE "/unread.py' " + shell_word(pictures_.native()));
    ASSERT_EQ(status, 0) << said;
    std::istringstream list(read_file(pictures_ / "list"));
    for (Case one; list >> one.name >> one.how >> one.levels;) cases_.push_back(one);
  }
  void TearDown() override {
    if (!path_before_.empty()) ::setenv("PATH", path_before_.c_str(), 1);
  }

  /// Commands ask `dcgan data converter NAME` for long programs. Here that is what this room says of them; that the
  /// verb prints the same is a claim of tests/cli/skipped_test.cpp.
  void put_dcgan_into_path() const {
    const fs::path program = folder_ / "bin/dcgan";
    write_text(program, "#!/bin/sh\n[ \"$1 $2\" = 'data converter' ] && cat \"$0-$3\"\n");
    fs::permissions(program, fs::perms::owner_all);
    for (const auto& name : converter_names())
      write_text(program.native() + "-" + name, converter_program(name) + "\n");
    ::setenv("PATH", (program.parent_path().native() + ":" + std::getenv("PATH")).c_str(), 1);
  }

  /// Of each kind two pictures in two folders, converted by one command; what is made of each.
  void try_out_two(const Case& one, Converter by) {
    const std::string ending = fs::path(one.name).extension().native();
    const fs::path folder = folder_ / ("two of " + one.name), first = folder / ("it's $1" + ending),
                   second = folder / "a \"b\"\n" / ("-x" + ending);
    for (const auto& path : {first, second}) {
      fs::create_directories(path.parent_path());
      fs::copy_file(pictures_ / one.name, path);
    }
    const std::string command = conversion_of_all(by, folder.native() + "/", {lowercase(ending.substr(1))});
    const auto [said, status] = output_of("( " + command + " )");
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(status, 0) << command << "\n" << said;
    for (const auto& path : {first, second}) {
      const fs::path made = made_from(path);
      ASSERT_FALSE(made.empty()) << one.name << ": " << command << "\n" << said;
      EXPECT_TRUE(is_converted(by, path.native())) << made;
      EXPECT_EQ(read_file(made), read_file(made_from(pictures_ / one.name))) << command;
    }
  }

  /// Types the command, and looks at what it made.
  void try_out(const Case& one, const NotRead& refused) {
    const fs::path path = pictures_ / one.name;
    const auto [said, status] = output_of("( " + refused.command() + " )");
    const fs::path made = made_from(path);
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(status, 0) << one.name << ": " << refused.command() << "\n" << said;
    if (made.empty())
      return void(ADD_FAILURE() << one.name << " became nothing: " << refused.command() << "\n" << said);
    try {
      const Image seen = with_channels(decoded(read_file(made)), 3), truth = picture_of_ppm(path.native() + ".truth");
      if (one.levels == "size")
        EXPECT_TRUE(seen.width == truth.width && seen.height == truth.height) << one.name << " " << seen.width;
      else
        EXPECT_LE(distance(seen, truth), std::stoi(one.levels)) << one.name << ": " << refused.command() << "\n"
                                                                << said;
    } catch (const Error& error) {
      ADD_FAILURE() << one.name << " became what is not read: " << error.what() << "\n"
                    << refused.command() << "\n"
                    << said;
    }
  }

  TemporaryFolder folder_;
  const fs::path pictures_ = folder_ / "it's [0] 50% of: my pictures";  // names that mean something to programs
  std::vector<Case> cases_;
  std::string path_before_;
  std::mutex mutex_;
};

TEST_F(Conversions, TypedAsTheyStandMakePicturesOfTheRightPixelsOfEveryKindThatIsNotRead) {
  constexpr int64_t kThreads = 4;
  std::set<Converter> tried;
  std::vector<NotRead> refused;
  for (const auto& one : cases_) {
    refused.push_back(refusal_of(pictures_ / one.name));
    tried.insert(refused.back().converter());
    const std::string said = refused.back().what();
    EXPECT_NE(said.find(" not read; "), std::string::npos) << said;
    EXPECT_EQ(refused.back().command().empty(), one.how == "again") << one.name << ": " << said;
    EXPECT_EQ(said.find("save it again") != std::string::npos, one.how == "again") << one.name << ": " << said;
  }
  parallel_for(static_cast<int64_t>(cases_.size()), kThreads, [&](int64_t i) {
    const auto at = static_cast<size_t>(i);
    if (!refused[at].command().empty()) try_out(cases_[at], refused[at]);
  });
  std::map<Converter, size_t> firsts;
  for (size_t i = 0; i < cases_.size(); ++i)
    if (!refused[i].command().empty() && cases_[i].name.find('.') != std::string::npos)
      firsts.emplace(refused[i].converter(), i);
  const std::vector<std::pair<Converter, size_t>> one_each(firsts.begin(), firsts.end());
  parallel_for(static_cast<int64_t>(one_each.size()), kThreads, [&](int64_t i) {
    const auto& [by, at] = one_each[static_cast<size_t>(i)];
    try_out_two(cases_[at], by);
  });
  EXPECT_GE(one_each.size(), 25u);
  for (int i = static_cast<int>(Converter::kSaveAgain); i <= static_cast<int>(Converter::kTiffOddDepths); ++i)
    EXPECT_TRUE(tried.contains(static_cast<Converter>(i))) << "no picture for converter " << i;
  std::printf("%zu pictures converted or refused, by %zu rows of the table\n", cases_.size(), tried.size());
}

TEST(ConversionCommands, AreShort) {
  for (int i = static_cast<int>(Converter::kGif); i <= static_cast<int>(Converter::kTiffOddDepths); ++i) {
    const auto by = static_cast<Converter>(i);
    EXPECT_LE(conversion_words(by, "a.tif").size(), 320u) << conversion_words(by, "a.tif");
    EXPECT_LE(conversion_of_all(by, "photos/", {"tif"}).size(), 420u) << conversion_of_all(by, "photos/", {"tif"});
  }
}

TEST(ConversionCommands, ThatFailLeaveNoFile) {
  const TemporaryFolder folder;
  parallel_for(static_cast<int>(Converter::kTiffOddDepths) - 1, 4, [&](int64_t i) {
    const auto by = static_cast<Converter>(i + static_cast<int>(Converter::kGif));
    const fs::path place = folder / std::to_string(i), file = place / "x.tif";
    write_text(file, std::string(40, 'x'));  // no picture
    for (const auto& command : {conversion_command(by, file.native()), conversion_of_all(by, place.native(), {"tif"}),
                                conversion_of_these(by, {file.native()})}) {
      const auto [said, status] = output_of("( " + command + " )");
      for (const auto& entry : fs::directory_iterator(place))
        EXPECT_EQ(entry.path().filename(), "x.tif") << command << "\n" << said;
      EXPECT_FALSE(is_converted(by, file.native()));
    }
    EXPECT_NE(output_of("( " + conversion_command(by, file.native()) + " )").second, 0);
  });
}

}  // namespace
}  // namespace dcgan::test::conversions
