// A system that gives a user only so many threads. Needs root, to become a user whom the limit binds.
#include <grp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "support/program.hpp"

namespace dcgan::test {
namespace {

/// Makes the child a user of its own, who may have so many processes and threads.
void become_limited(rlim_t count) {
  const auto user = static_cast<uid_t>(100'000 + ::getpid());  // nobody else's
  const rlimit limit{count, count};
  if (::setgroups(0, nullptr) != 0 || ::setgid(user) != 0 || ::setrlimit(RLIMIT_NPROC, &limit) != 0 ||
      ::setuid(user) != 0)
    ::_exit(126);
}

TEST(Threads, ThatASystemDoesNotGiveEndNoCommandButByAnErrorThatSaysSo) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  Program dcgan;
  make_pictures(dcgan.at("photos"), 20);
  std::filesystem::create_directories(dcgan.at("open"));
  ::chmod(dcgan.at("").c_str(), 0755), ::chmod(dcgan.at("open").c_str(), 0777);
  ::chmod(dcgan.at("cache").c_str(), 0777);
  if (run({"/usr/bin/env", "test", "-x", DCGAN_TEST_PROGRAM}, [] { become_limited(64); }).code != 0)
    GTEST_SKIP() << "an ordinary user cannot reach the program here";
  int failed = 0, done = 0;
  for (const rlim_t given : {1, 2, 3, 5, 6, 7, 8, 9, 10, 12, 16}) {
    auto words = dcgan.small_train("photos", "open/run" + std::to_string(given), {"--images", "80", "--cache", "off"});
    *std::next(std::find(words.begin(), words.end(), "--threads")) = "4";
    const Finished result = run(dcgan.command(words), [given] { become_limited(given); });
    EXPECT_TRUE(result.code == 0 || result.code == 1) << given << ": " << result.code << "\n" << result.err;
    if (result.code == 1) {
      ++failed;
      EXPECT_SAYS(result, "error: cannot start ") << given;
      EXPECT_SAYS(result, "ulimit -u") << given;
    }
    done += result.code == 0;
  }
  EXPECT_GE(failed, 2);
  EXPECT_GE(done, 2);
}

}  // namespace
}  // namespace dcgan::test
