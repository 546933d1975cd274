// Files that are mapped, and what becomes of a map whose file is cut under it.
#include "core/platform/io/mapped_file.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <thread>
#include <vector>

#include "support/sanitized.hpp"
#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::mapped_files {
namespace {

TEST(MappedFile, ShowsTheBytesOfAFile) {
  const TemporaryFolder folder;
  write_text(folder / "a", "0123456789");
  const MappedFile file(folder / "a");
  EXPECT_EQ(std::string(file.bytes().begin(), file.bytes().end()), "0123456789");
  write_text(folder / "empty", "");
  EXPECT_EQ(MappedFile(folder / "empty").bytes().size(), 0u);
  EXPECT_CONTAINS(thrown_by([&] { MappedFile(folder / "none"); }).what, "none");
}

TEST(MappedFile, StaysWholeWhenTheFileIsReplaced) {
  const TemporaryFolder folder;
  write_file(folder / "a", std::string(10'000, 'o'));
  const MappedFile file(folder / "a");
  write_file(folder / "a", "short");
  EXPECT_EQ(std::string(file.bytes().begin(), file.bytes().end()), std::string(10'000, 'o'));
}

const size_t kPage = static_cast<size_t>(::sysconf(_SC_PAGESIZE));

/// The place of every page's last byte, read.
std::string ends_of_pages(const MappedFile& file) {
  std::string out;
  for (size_t at = kPage - 1; at < file.bytes().size(); at += kPage)
    out += static_cast<char>(static_cast<volatile const uint8_t*>(file.bytes().data())[at]);
  return out;
}

TEST(MappedFile, ReadsAsZerosWhereItWasCutAndSaysSo) {
  for (size_t left = 0; left <= 4; ++left) {
    const TemporaryFolder folder;
    write_text(folder / "a", std::string(4 * kPage, 'x'));
    const MappedFile file(folder / "a"), other(folder / "a");
    fs::resize_file(folder / "a", left * kPage);
    EXPECT_EQ(ends_of_pages(file), std::string(left, 'x') + std::string(4 - left, '\0')) << left;
    if (left == 4) {
      EXPECT_NO_THROW(file.check());
      continue;
    }
    const Thrown thrown = thrown_by([&] { file.check(); });
    EXPECT_CONTAINS(thrown.what, "/a' was cut while it was read");
    EXPECT_FALSE(thrown.hint.empty());
    EXPECT_EQ(thrown.exit_code, 1);
    EXPECT_NO_THROW(other.check()) << "nobody has read from it";
  }
}

TEST(MappedFile, IsCutUnderManyReadersAtOnce) {
  constexpr size_t kPages = 64, kReaders = 4;
  const TemporaryFolder folder;
  write_text(folder / "a", std::string(kPages * kPage, 'x'));
  std::vector<std::unique_ptr<MappedFile>> files;
  for (size_t i = 0; i < kReaders; ++i) files.push_back(std::make_unique<MappedFile>(folder / "a"));
  fs::resize_file(folder / "a", 0);
  std::vector<std::thread> readers;
  for (size_t i = 0; i < 2 * kReaders; ++i)  // two of them read one map
    readers.emplace_back([&, i] { EXPECT_EQ(ends_of_pages(*files[i / 2]), std::string(kPages, '\0')); });
  for (auto& reader : readers) reader.join();
  for (const auto& file : files) EXPECT_CONTAINS(thrown_by([&] { file->check(); }).what, "was cut");
  files.clear();
  write_text(folder / "b", std::string(kPages * kPage, 'y'));
  const MappedFile next(folder / "b");  // in the place of one that was cut
  EXPECT_EQ(ends_of_pages(next), std::string(kPages, 'y'));
  EXPECT_NO_THROW(next.check());
}

TEST(MappedFile, TellsThatAnotherFileIsThere) {
  const TemporaryFolder folder;
  write_text(folder / "a", "first");
  const MappedFile file(folder / "a");
  EXPECT_NO_THROW(file.check_unchanged());
  write_file(folder / "a", "other");
  EXPECT_CONTAINS(thrown_by([&] { file.check_unchanged(); }).what, "was changed");
  fs::remove(folder / "a");
  EXPECT_CONTAINS(thrown_by([&] { file.check_unchanged(); }).what, "was removed");
}

class BusErrorDeathTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (kIsSanitized) GTEST_SKIP() << "a sanitizer ends the program in its own way";
    GTEST_FLAG_SET(death_test_style, "threadsafe");
  }
};

TEST_F(BusErrorDeathTest, OfAnotherMapOrOfAnotherProcessEndsTheProgramAsEver) {
  const TemporaryFolder folder;
  write_text(folder / "a", std::string(kPage, 'x'));
  EXPECT_EXIT(
      {
        const MappedFile file(folder / "a");
        const FileHandle empty(::memfd_create("empty", 0));
        void* at = ::mmap(nullptr, kPage, PROT_READ, MAP_SHARED, empty.get(), 0);
        ::_exit(*static_cast<volatile const uint8_t*>(at));
      },
      ::testing::KilledBySignal(SIGBUS), "");
  EXPECT_EXIT(
      {
        const MappedFile file(folder / "a");
        ::kill(::getpid(), SIGBUS);
        for (;;) ::pause();
      },
      ::testing::KilledBySignal(SIGBUS), "");
}

}  // namespace
}  // namespace dcgan::test::mapped_files
