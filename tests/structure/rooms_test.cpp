// The plan of src/README.md, held against the include lines: a room includes only rooms above it, and a
// dependency has one door.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kRooms = {"core",       "formats",   "image",    "dist",   "nn",    "dataset",
                                         "checkpoint", "telemetry", "exchange", "latent", "api",   "eval",
                                         "step",       "plan",      "train",    "toy",    "pages", "cli"};
const std::vector<std::string> kWithoutTorch = {"core/",      "formats/",       "image/",      "dataset/",
                                                "telemetry/", "latent/syntax/", "pages/http/", "pages/report/"};

/// A dependency's headers, and the files or rooms that may include them.
const std::vector<std::pair<std::string, std::string>> kDoors = {
    {"nlohmann/", "core/json.hpp"},  {"openssl/", "core/io/digest.cpp"},
    {"opencv2/", "image/"},          {"jpeglib.h", "image/"},
    {"jerror.h", "image/"},          {"png.h", "image/"},
    {"tiffio.h", "image/"},          {"webp/", "image/"},
    {"gif_lib.h", "image/"},         {"zlib.h", "formats/"},
    {"xxhash.h", "formats/"},        {"torch/csrc/distributed/", "dist/"},
    {"CLI/", "cli/parser.cpp"},      {"httplib.h", "pages/http/http.cpp"},
    {"onnx/", "formats/"},           {"ATen/cuda/", "step/gpu.cpp"},
    {"event.pb.h", "telemetry/"},    {"c10/cuda/", "step/gpu.cpp"},
    {"cuda_runtime", "step/gpu.cpp"}};

struct Include {
  std::string file, header;  // file relative to src
};

std::vector<Include> includes_of(const fs::path& root) {
  std::vector<Include> all;
  const std::regex line_of(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"])");
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const auto extension = entry.path().extension();
    if (extension != ".cpp" && extension != ".hpp") continue;
    std::ifstream lines(entry.path());
    std::smatch match;
    for (std::string line; std::getline(lines, line);)
      if (std::regex_search(line, match, line_of)) all.push_back({fs::relative(entry.path(), root).string(), match[1]});
  }
  return all;
}

/// Number of the room that a path lies in, -1 for none.
int room_of(const std::string& path) {
  const auto room = std::find(kRooms.begin(), kRooms.end(), path.substr(0, path.find('/')));
  return room == kRooms.end() || path.find('/') == std::string::npos ? -1 : static_cast<int>(room - kRooms.begin());
}

TEST(Rooms, IncludeOnlyRoomsAboveThem) {
  const auto all = includes_of(DCGAN_TEST_SOURCES);
  ASSERT_GT(all.size(), 100u);
  for (const auto& [file, header] : all)
    if (const int from = room_of(file), to = room_of(header); from >= 0 && to >= 0) {
      EXPECT_LE(to, from) << file << " includes " << header;
    }
}

TEST(Rooms, ADependencyHasOneDoor) {
  std::map<std::string, int> used;
  for (const auto& [file, header] : includes_of(DCGAN_TEST_SOURCES))
    for (const auto& [dependency, door] : kDoors)
      if (header.starts_with(dependency)) {
        ++used[dependency];
        EXPECT_TRUE(file.starts_with(door)) << file << " includes " << header << ", which only " << door << " may";
      }
  EXPECT_GE(used.size(), 7u) << "the doors are not where this test looks for them";
}

// What other programs see shows nothing of what is behind it, and what is behind it knows it by two doors.
TEST(Rooms, PublicHeadersIncludeTheStandardLibraryAloneAndAreIncludedByCoreAndApi) {
  const fs::path headers = fs::path(DCGAN_TEST_SOURCES).parent_path() / "include";
  for (const auto& [file, header] : includes_of(headers)) {
    const bool is_standard = header.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
    EXPECT_TRUE(is_standard || fs::exists(headers / header)) << file << " includes " << header;
  }
  int used = 0;
  for (const auto& [file, header] : includes_of(DCGAN_TEST_SOURCES)) {
    EXPECT_FALSE(header.starts_with("api/")) << file << " includes " << header;
    if (!header.starts_with("dcgan/")) continue;
    ++used;
    EXPECT_TRUE(file.starts_with("api/") || (file == "core/error.hpp" && header == "dcgan/error.hpp"))
        << file << " includes " << header;
  }
  EXPECT_GE(used, 3);
}

// A parser of its own somewhere would know no bounds (core/json.hpp).
TEST(Rooms, JsonIsParsedInOnePlace) {
  int places = 0;
  for (const auto& entry : fs::recursive_directory_iterator(DCGAN_TEST_SOURCES)) {
    const auto extension = entry.path().extension();
    if (extension != ".cpp" && extension != ".hpp") continue;
    std::ifstream file(entry.path());
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    if (!std::regex_search(text, std::regex(R"([Jj]son::(parse|accept|sax_parse|from_))"))) continue;
    ++places;
    EXPECT_EQ(fs::relative(entry.path(), DCGAN_TEST_SOURCES).string(), "core/json.cpp");
  }
  EXPECT_EQ(places, 1);
}

// What loads a program runs it: see exchange/program_consent.
TEST(Rooms, ProgramsOfLibTorchAreLoadedInOnePlaceAlone) {
  const std::regex text_or_comment(R"("([^"\\]|\\.)*"|//.*)"),
      loader(R"(jit::(load|import|_load_for_mobile|pickle_load|unpickle)|torch::(load|pickle_load)\b)");
  std::vector<std::string> places;
  for (const auto& entry : fs::recursive_directory_iterator(DCGAN_TEST_SOURCES)) {
    if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp") continue;
    std::ifstream lines(entry.path());
    for (std::string line; std::getline(lines, line);)
      if (std::regex_search(std::regex_replace(line, text_or_comment, ""), loader))
        places.push_back(fs::relative(entry.path(), DCGAN_TEST_SOURCES).string());
  }
  EXPECT_EQ(places, std::vector<std::string>{"exchange/script.cpp"});
}

// Log, TensorBoard and console hang on telemetry/run_log: told one by one they would soon say different things.
TEST(Rooms, ARunIsHeardThroughItsRunLogAlone) {
  const std::regex told_by_itself(R"(\b(LineFile|EventFile|TensorBoard)\b|\bconsole_?(\.|->)\w+\()"), comment("//.*");
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(DCGAN_TEST_SOURCES) / "train")) {
    if (!entry.is_regular_file()) continue;
    ++files;
    std::ifstream lines(entry.path());
    for (std::string line; std::getline(lines, line);)
      EXPECT_FALSE(std::regex_search(std::regex_replace(line, comment, ""), told_by_itself))
          << entry.path().filename() << ": " << line;
  }
  EXPECT_GT(files, 5);
}

// CONTRIBUTING.md: two names of one type make a reader look for the difference.
TEST(Rooms, CallATensorByOneName) {
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(DCGAN_TEST_SOURCES)) {
    const auto extension = entry.path().extension();
    if (extension != ".cpp" && extension != ".hpp") continue;
    std::ifstream file(entry.path());
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    ++files;
    EXPECT_EQ(text.find("torch::Tensor"), std::string::npos) << entry.path() << ": write at::Tensor";
  }
  EXPECT_GT(files, 100);
}

TEST(Rooms, ThatKnowNoTorchIncludeNone) {
  for (const auto& [file, header] : includes_of(DCGAN_TEST_SOURCES)) {
    const auto holds = [&, &file = file](const std::string& room) { return file.starts_with(room); };
    if (std::none_of(kWithoutTorch.begin(), kWithoutTorch.end(), holds)) continue;
    for (const char* torch : {"torch/", "ATen/", "c10/"})
      EXPECT_FALSE(header.starts_with(torch)) << file << " includes " << header;
  }
}

// scripts/gpu-check builds them where no other source of their rooms can be built.
TEST(Rooms, WhatTheBuildOfTheStepBorrowsNeedsCoreAlone) {
  std::ifstream file(fs::path(DCGAN_TEST_SOURCES).parent_path() / "bench/CMakeLists.txt");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const std::regex source(R"(/src/([a-z_/]+)\.cpp)");
  std::vector<std::string> borrowed;
  for (std::sregex_iterator one(text.begin(), text.end(), source), none; one != none; ++one)
    borrowed.push_back((*one)[1]);
  ASSERT_EQ(borrowed.size(), 2u);
  const auto is_there = [](const std::string& header, const std::string& own) {
    if (header.find('/') == std::string::npos || header == own + ".hpp") return true;
    return header.starts_with("core/") && !header.starts_with("core/io/") && !header.starts_with("core/platform/io/");
  };
  for (const auto& [from, header] : includes_of(DCGAN_TEST_SOURCES))
    for (const auto& own : borrowed)
      if (from == own + ".cpp" || from == own + ".hpp") {
        EXPECT_TRUE(is_there(header, own)) << from << " includes " << header;
      }
}

TEST(Rooms, EveryFolderOfTheSourcesIsARoomAndIsExplained) {
  std::ifstream file(fs::path(DCGAN_TEST_SOURCES) / "README.md");
  const std::string readme((std::istreambuf_iterator<char>(file)), {});
  for (const auto& entry : fs::directory_iterator(DCGAN_TEST_SOURCES)) {
    if (!entry.is_directory()) continue;
    const std::string room = entry.path().filename();
    EXPECT_NE(std::find(kRooms.begin(), kRooms.end(), room), kRooms.end()) << room << " is not a room";
    EXPECT_NE(readme.find("| `" + room + "` |"), std::string::npos) << room << " is missing in src/README.md";
  }
}

}  // namespace
