#include "telemetry/event_file.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "support/temporary.hpp"

namespace dcgan::test {
namespace {

std::string all_of(const TemporaryFolder& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder.path())) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::string all;
  for (const auto& file : files) all += read_text(file);
  return all;
}

bool holds(const TemporaryFolder& folder, const std::string& tag) {
  return all_of(folder).find(tag) != std::string::npos;
}

TEST(EventFile, ChecksumIsCastagnolis) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);  // RFC 3720, appendix B.4, and every table of CRCs
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
}

TEST(EventFile, OfALaterPartTakesBackWhatCameAfterItsBeginning) {
  const TemporaryFolder folder;
  {
    EventFile file(folder.path(), 0);
    file.add_scalars(100, {{"kept", 1}});
    file.add_scalars(200, {{"taken-back", 1}});
  }
  {
    EventFile file(folder.path(), 100);
    EXPECT_TRUE(file.goes_on());
    file.add_scalars(200, {{"again", 1}});
  }
  EXPECT_TRUE(holds(folder, "kept"));
  EXPECT_FALSE(holds(folder, "taken-back"));
  EXPECT_TRUE(holds(folder, "again"));
  EventFile file(folder.path(), 0);  // from the beginning: all of it
  EXPECT_FALSE(file.goes_on());
  EXPECT_FALSE(holds(folder, "kept"));
  EXPECT_FALSE(holds(folder, "again"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
}

TEST(EventFile, LosesATornRecordAndWhatIsBehindADamagedOne) {
  const TemporaryFolder folder;
  { EventFile(folder.path(), 0).add_scalars(100, {{"whole", 1}}); }
  const fs::path path = fs::directory_iterator(folder.path())->path();
  const std::string whole = read_text(path);
  { EventFile(folder.path(), 100); }
  for (const std::string& more : {whole.substr(0, 20), std::string(40, 'x'), std::string(8, '\xff')}) {
    write_text(path, whole + more);
    { EventFile(folder.path(), 150); }
    EXPECT_EQ(read_text(path), whole);
  }
}

TEST(EventFile, LeavesOtherFilesOfTheFolderAlone) {
  const TemporaryFolder folder;
  write_text(folder / "events.out.tfevents.17.host", "another program's");
  write_text(folder / "log.jsonl", "{}");
  EventFile file(folder.path(), 10);
  EXPECT_EQ(read_text(folder / "events.out.tfevents.17.host"), "another program's");
  EXPECT_EQ(read_text(folder / "log.jsonl"), "{}");
}

TEST(EventFile, LeavesOutWhatIsNotFinite) {
  const TemporaryFolder folder;
  EventFile file(folder.path(), 0);
  const std::string before = all_of(folder);
  file.add_scalars(1, {{"nan", std::numeric_limits<double>::quiet_NaN()}});
  EXPECT_EQ(all_of(folder), before);
}

}  // namespace
}  // namespace dcgan::test
