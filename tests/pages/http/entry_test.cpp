#include "pages/http/entry.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <map>
#include <thread>
#include <vector>

#include "support/temporary.hpp"
#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

namespace fs = std::filesystem;
using Headers = std::map<std::string, std::string>;

/// Whose files lie in a folder of the test's own.
class EntryTest : public ::testing::Test {
 protected:
  EntryTest() { ::setenv("XDG_STATE_HOME", folder_.path().c_str(), 1); }

  static Visitor visitor(const std::string& path, const std::string& token, Headers headers = {}) {
    headers.emplace("Host", "127.0.0.1:8080");
    return {path, "GET", token, [headers](const std::string& name) {
              const auto found = headers.find(name);
              return found == headers.end() ? "" : found->second;
            }};
  }
  static int status(Entry& entry, const Visitor& visitor) {
    const auto answer = entry.instead_of(visitor);
    return answer ? answer->status : 200;
  }
  static std::string header(const HttpAnswer& answer, const std::string& name) {
    for (const auto& [key, value] : answer.headers)
      if (key == name) return value;
    return "";
  }
  TemporaryFolder folder_;
};

TEST_F(EntryTest, TheTokenIsTheUsersOwnKeptForHimAloneAndTheSameAgain) {
  const Token first = users_token();
  EXPECT_TRUE(first.is_kept);
  EXPECT_GE(first.word.size(), 32u) << "128 bits";
  EXPECT_EQ(users_token().word, first.word);
  struct stat status {};
  ASSERT_EQ(::stat((folder_ / "dcgan/serve-token").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  for (const char* damage : {"", "x", "\n", "ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ"}) {
    write_text(folder_ / "dcgan/serve-token", damage);
    const Token next = users_token();
    EXPECT_EQ(next.word.size(), first.word.size()) << damage;
    EXPECT_NE(next.word, first.word) << damage;
  }
}

TEST_F(EntryTest, WhereItCannotBeKeptTheTokenHoldsForThisTime) {
  users_token();
  fs::permissions(folder_ / "dcgan", fs::perms(0755));
  const Token token = users_token();
  EXPECT_FALSE(token.is_kept);
  EXPECT_CONTAINS(token.remark, "not a folder of this user alone");
  EXPECT_NE(users_token().word, token.word);
}

TEST_F(EntryTest, TheTokenIsExchangedForACookieThatSuffices) {
  Entry entry(users_token(), "127.0.0.1", 8080);
  const std::string word = entry.token().word;
  EXPECT_EQ(entry.address(), "http://127.0.0.1:8080/?token=" + word);
  const auto answer = entry.instead_of(visitor("/", word));
  ASSERT_TRUE(answer && answer->status == 303);
  EXPECT_EQ(header(*answer, "Location"), "/");
  const std::string cookie = header(*answer, "Set-Cookie"), shown = cookie.substr(0, cookie.find(';'));
  EXPECT_TRUE(shown.starts_with("dcgan-8080="));
  for (const char* part : {"; HttpOnly", "; SameSite=Strict", "; Path=/"}) EXPECT_CONTAINS(cookie, part);
  EXPECT_EQ(cookie.find(word), std::string::npos) << "browsers send cookies to all ports of a machine";
  for (const char* path : {"/", "/api/runs", "/page.css"})
    EXPECT_EQ(status(entry, visitor(path, "", {{"Cookie", "other=1; " + shown + "; more=2"}})), 200) << path;
  EXPECT_EQ(status(entry, visitor("/", "stale", {{"Cookie", shown}})), 303)
      << "an old bookmark in a browser that knows us";
  Entry again(users_token(), "127.0.0.1", 8080), elsewhere(users_token(), "127.0.0.1", 8081);
  EXPECT_EQ(status(again, visitor("/", "", {{"Cookie", shown}})), 200) << "a bookmark lives";
  EXPECT_EQ(
      status(elsewhere, visitor("/", "", {{"Host", "127.0.0.1:8081"}, {"Cookie", "dcgan-8081" + shown.substr(10)}})),
      403);
}

TEST_F(EntryTest, NobodyElseIsAnsweredButForWhatIsNoSecret) {
  Entry entry(users_token(), "127.0.0.1", 8080);
  const std::string word = entry.token().word;
  for (const char* path : {"/", "/api/runs", "/api/run", "/api/none"}) {
    EXPECT_EQ(status(entry, visitor(path, "")), 403) << path;
    EXPECT_EQ(status(entry, visitor(path, word.substr(1))), 403) << path;
    EXPECT_EQ(status(entry, visitor(path, "", {{"Cookie", "dcgan-8080=" + word}})), 403) << path;
    EXPECT_EQ(status(entry, visitor(path, word, {{"Host", "evil.com:8080"}})), 403) << path;
  }
  EXPECT_EQ(status(entry, visitor("/api/runs", word)), 200);
  EXPECT_EQ(status(entry, visitor("/health", "")), 200);
  EXPECT_EQ(status(entry, visitor("/health", "", {{"Host", "evil.com"}})), 403);
  const auto page = entry.instead_of(visitor("/", ""));
  EXPECT_CONTAINS(page->body, "open the address that `dcgan serve` printed");
  Entry open(Token{}, "127.0.0.1", 8080);
  EXPECT_EQ(status(open, visitor("/api/runs", "")), 200);
  EXPECT_EQ(status(open, visitor("/", "", {{"Host", "evil.com"}})), 403);
}

TEST_F(EntryTest, WhoFollowsALinkAsksOnceMoreByThePageItself) {
  Entry entry(users_token(), "127.0.0.1", 8080);
  const Headers link = {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}};
  const auto answer = entry.instead_of(visitor("/", "", link));
  ASSERT_TRUE(answer && answer->status == 200);
  EXPECT_CONTAINS(answer->body, "refresh");
  EXPECT_EQ(status(entry, visitor("/", "", {{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Mode", "navigate"}})), 403);
  EXPECT_EQ(status(entry, visitor("/api/runs", "", link)), 403);
  EXPECT_EQ(status(entry, visitor("/", "wrong", link)), 403);
}

TEST_F(EntryTest, AChosenWordIsNotFoundByTryingManyAtOnce) {
  Entry entry(chosen_token("secret"), "127.0.0.1", 8080);
  std::vector<std::thread> guesses;
  std::atomic<int> not_looked_at = 0;
  for (int i = 0; i < 40; ++i)
    guesses.emplace_back([&, i] { not_looked_at += status(entry, visitor("/", "guess" + std::to_string(i))) == 429; });
  for (auto& guess : guesses) guess.join();
  EXPECT_GE(not_looked_at, 20);
  EXPECT_EQ(status(entry, visitor("/", "secret")), 303);
  for (const char* word : {"", "a&b", "a b", "\u202e"})
    EXPECT_CONTAINS(usage_error([&] { chosen_token(word); }), "letters, digits");
}

TEST_F(EntryTest, BeyondThisMachineAnyAddressInNumbersIsTheHost) {
  Entry entry(chosen_token("secret"), "0.0.0.0", 8080);
  EXPECT_EQ(entry.address(), "http://127.0.0.1:8080/?token=secret");
  for (const char* host : {"127.0.0.1:8080", "192.168.1.5:9000", "localhost:80", "[fe80::1]:8080", "10.0.0.1"})
    EXPECT_EQ(status(entry, visitor("/api/runs", "secret", {{"Host", host}})), 200) << host;
  for (const char* host : {"", "evil.com:8080", "evil.com", "10.0.0.1.evil.com", "10.0.0.1:x", "[evil]:80"})
    EXPECT_EQ(status(entry, visitor("/api/runs", "secret", {{"Host", host}})), 403) << host;
  EXPECT_EQ(status(entry, visitor("/api/runs", "secret", {{"Host", "10.0.0.1:1"}, {"Origin", "http://10.0.0.1:1"}})),
            200);
  EXPECT_EQ(status(entry, visitor("/api/runs", "secret", {{"Host", "10.0.0.1:1"}, {"Origin", "http://10.0.0.2:1"}})),
            403);
  EXPECT_EQ(Entry(chosen_token("w"), "::1", 80).address(), "http://[::1]:80/?token=w");
}

}  // namespace
}  // namespace dcgan::test
