// What a TorchScript archive holds, by our reader and by LibTorch's: of archives that were changed in any way ours
// refuses, or both see the same records and bytes. DCGAN_MUTATIONS says how many (scripts/mutations).
#include <caffe2/serialize/inline_container.h>
#include <gtest/gtest.h>
#include <torch/script.h>

#include <cctype>
#include <cstdlib>
#include <random>
#include <set>
#include <sstream>

#include "core/error.hpp"
#include "core/platform/io/file.hpp"
#include "support/program_archives.hpp"
#include "support/temporary.hpp"

namespace dcgan::test {
namespace {

using caffe2::serialize::PyTorchStreamReader;

class Mutator {
 public:
  Mutator(const std::vector<std::string>& archives, uint64_t number)
      : archives_(archives), random_(number), parts_(ArchiveParts::of(archives[random_() % archives.size()])) {}

  std::string mutated() {
    for (uint64_t left = 1 + below(3); left > 0; --left) change_parts();
    std::string text = parts_.text();
    for (uint64_t left = below(2); left > 0; --left) change_text(text);
    return text;
  }

 private:
  uint64_t below(uint64_t n) { return n == 0 ? 0 : random_() % n; }
  template <class T>
  decltype(std::declval<T&>()[0]) one_of(T& all) {
    return all[below(std::size(all))];
  }
  std::string some_bytes(uint64_t most) {
    std::string out(below(most), '\0');
    for (char& c : out) c = static_cast<char>(random_());
    return out;
  }
  ArchiveRecord& record() { return one_of(parts_.records); }
  ArchiveHeader& header() { return below(2) ? record().own : record().listed; }
  bool is_program(const ArchiveRecord& one) const { return one.name().find("/code/") != std::string::npos; }

  std::string other_case(std::string name) {
    for (char& c : name)
      if (below(3) == 0)
        c = static_cast<char>(std::isupper(static_cast<unsigned char>(c)) ? std::tolower(c) : std::toupper(c));
    return name;
  }
  std::string odd_name(std::string name) {
    const char* odd[] = {"\\", "..", "/../", "//", "/", "\x01", "\x7f", "./", "code/", "\xc3\xa9", "K"};
    if (below(8) == 0) return name.substr(0, below(name.size()));
    if (below(8) == 0) return std::string(below(600), 'a') + name;
    if (below(8) == 0) name[below(name.size())] = '\0';
    return name.insert(below(name.size() + 1), one_of(odd));
  }

  void change_parts() {
    switch (below(27)) {
      case 0:  // sound: other content
        if (auto& one = record(); true) one.set(some_bytes(300), is_program(one) && below(2));
        return;
      case 1:  // sound where it is a program
        if (auto& one = record(); true) one.set(some_bytes(2) + one.data, below(2));
        return;
      case 2:
        std::shuffle(parts_.records.begin(), parts_.records.end(), random_);  // sound
        return;
      case 3:
        parts_.has_zip64 = !parts_.has_zip64;  // sound
        return;
      case 4:  // sound: no descriptor
        if (auto& one = record(); true) one.has_descriptor = false, one.own.flags = one.listed.flags = 0x0800;
        return;
      case 5:  // sound: LibTorch's filler
        if (auto& one = record(); true) {
          const uint64_t filler = below(60);
          one.own.extra = "FB", put(one.own.extra, filler, 2), one.own.extra += std::string(filler, 'Z');
        }
        return;
      case 6:
        if (auto& one = record(); true) one.rename(other_case(one.name()));
        return;
      case 7:
        record().listed.attributes ^= uint64_t{1} << below(64);
        return;
      case 8: {
        ArchiveRecord again = record();
        if (below(2)) again.rename(other_case(again.name()));
        if (below(2)) again.set(some_bytes(100), false);
        parts_.records.insert(parts_.records.begin() + static_cast<int64_t>(below(parts_.records.size() + 1)), again);
        return;
      }
      case 9:
        if (auto& one = header(); true) one.name = other_case(one.name);
        return;
      case 26:
        if (auto& one = record(); true) one.rename(odd_name(one.name()));
        return;
      case 10:
        if (auto& one = header(); true) one.name = odd_name(one.name);
        return;
      case 11:
        parts_.zip64_moved = static_cast<int64_t>(below(200)) - 100;
        return;
      case 12:
        parts_.directory_moved = static_cast<int64_t>(below(200)) - 100;
        return;
      case 13:
        parts_.locator_moved = static_cast<int64_t>(below(2000)) - 1000;
        return;
      case 14:
        parts_.count_off = static_cast<int64_t>(below(5)) - 2;
        return;
      case 15:
        parts_.comment = below(2) ? some_bytes(100) : ArchiveParts::of(one_of(archives_)).text();
        return;
      case 16:
        parts_.before = below(2) ? some_bytes(100) : one_of(archives_);
        return;
      case 17:
        parts_.after = below(2) ? some_bytes(100) : one_of(archives_);
        return;
      case 18:
        record().after = below(2) ? some_bytes(50) : one_of(archives_).substr(0, 1000);
        return;
      case 19:
        record().moved = static_cast<int64_t>(below(3000)) - 1500;
        return;
      case 20: {  // the directory knows one record less, or all but one
        if (parts_.records.size() < 3) return;
        parts_.records.erase(parts_.records.begin() + static_cast<int64_t>(below(parts_.records.size())));
        return;
      }
      case 21:  // a ZIP64 field, or another one
        header().extra += std::string("\x01\0", 2) + std::string("\x08\0", 2) + some_bytes(1) + std::string(8, '\1');
        return;
      case 22:
        header().flags ^= static_cast<uint16_t>(1u << below(16));
        return;
      case 23:
        header().method = static_cast<uint16_t>(below(10));
        return;
      case 24:
        if (auto& one = header(); true) (below(2) ? one.packed : one.bytes) += static_cast<uint32_t>(below(9)) - 4;
        return;
      default:
        if (auto& one = record(); true) {  // packed data that end early, or late, or are others
          if (below(2)) one.data += some_bytes(10);
          if (below(2) && !one.data.empty()) one.data.resize(below(one.data.size()));
          if (below(2) && !one.data.empty()) one_of(one.data) = static_cast<char>(random_());
          if (below(2)) one.own.packed = one.listed.packed = static_cast<uint32_t>(one.data.size());
          if (below(2)) one.own.crc = one.listed.crc = crc_of(one.data);
        }
    }
  }

  void change_text(std::string& text) {
    switch (below(6)) {
      case 0:
        text.resize(below(text.size()));
        return;
      case 1:
        text.insert(below(text.size()), some_bytes(40));
        return;
      case 2:  // near the end: the directory and what points at it
        for (uint64_t left = 1 + below(4); left > 0; --left)
          text[text.size() - 1 - below(std::min<uint64_t>(text.size(), 1500))] = static_cast<char>(random_());
        return;
      case 3:
        if (const std::string& other = one_of(archives_); true) text += other.substr(below(other.size()));
        return;
      case 4:
        text = text.substr(0, below(text.size())) + one_of(archives_);
        return;
      default:
        for (uint64_t left = 1 + below(4); left > 0; --left) one_of(text) = static_cast<char>(random_());
    }
  }

  const std::vector<std::string>& archives_;
  std::mt19937_64 random_;
  ArchiveParts parts_;
};

enum class Outcome { kRefused, kBothAgree, kLibTorchRefuses };

/// Adds a failure when both read the archive and see different things.
Outcome compare(const std::string& bytes, uint64_t number) {
  std::unique_ptr<ProgramArchive> ours;
  try {
    ours = std::make_unique<ProgramArchive>(bytes, "it");
  } catch (const Error&) {
    return Outcome::kRefused;
  }
  std::istringstream stream(bytes);
  std::unique_ptr<PyTorchStreamReader> theirs;
  try {
    theirs = std::make_unique<PyTorchStreamReader>(&stream);
  } catch (const std::exception&) {
    return Outcome::kLibTorchRefuses;  // its version is no number, say
  }
  try {
    std::multiset<std::string> names;
    for (const auto& one : ours->records()) names.insert(one.name);
    const auto all = theirs->getAllRecords();
    EXPECT_EQ(names, std::multiset<std::string>(all.begin(), all.end())) << "mutation " << number;
    for (const auto& name : names) {
      const auto [data, size] = theirs->getRecord(name);
      EXPECT_TRUE(std::string_view(static_cast<const char*>(data.get()), size) == ours->read(name))
          << "mutation " << number << ": the bytes of " << name;
    }
  } catch (const std::exception& error) {
    ADD_FAILURE() << "mutation " << number << ": LibTorch does not read what ours does: " << error.what();
  }
  return Outcome::kBothAgree;
}

std::vector<std::string> whole_archives() {
  const fs::path goldens = fs::path(DCGAN_TEST_GOLDENS) / "exports";
  torch::jit::Module foreign("Stranger");
  foreign.register_parameter("w", at::ones({3}), false);
  foreign.define("def forward(self, z: Tensor) -> Tensor:\n    return z * self.w\n");
  std::ostringstream bytes;
  foreign.save(bytes);
  return {read_file(goldens / "dcgan.pt"), read_file(goldens / "upsample_bf16_frozen.pt"), bytes.str()};
}

TEST(ProgramMutations, OfArchivesAreRefusedOrReadAsLibTorchReadsThem) {
  const auto archives = whole_archives();
  for (const auto& one : archives) ASSERT_EQ(compare(one, 0), Outcome::kBothAgree);
  for (const auto& one : archives) ASSERT_EQ(compare(ArchiveParts::of(one).text(), 0), Outcome::kBothAgree);
  const char* wanted = std::getenv("DCGAN_MUTATIONS");
  const uint64_t count = wanted ? std::strtoull(wanted, nullptr, 10) : 10'000;
  uint64_t refused = 0, agreed = 0;
  for (uint64_t number = 1; number <= count; ++number) {
    const std::string bytes = Mutator(archives, number).mutated();
    const Outcome found = compare(bytes, number);
    if (testing::Test::HasFailure()) {
      write_text(testing::TempDir() + "mutation.pt", bytes);
      FAIL() << "the archive is kept as " << testing::TempDir() << "mutation.pt";
    }
    refused += found == Outcome::kRefused, agreed += found == Outcome::kBothAgree;
  }
  std::printf("%llu archives: ours refused %llu, both read the same in %llu, LibTorch alone refused %llu\n",
              static_cast<unsigned long long>(count), static_cast<unsigned long long>(refused),
              static_cast<unsigned long long>(agreed), static_cast<unsigned long long>(count - refused - agreed));
  EXPECT_GT(agreed, count / 20) << "hardly an archive was read: nothing was compared";
  EXPECT_GT(refused, count / 3) << "hardly an archive was refused: nothing was changed";
}

}  // namespace
}  // namespace dcgan::test
