#include "pages/http/requests.hpp"

#include <gtest/gtest.h>

#include <map>

#include "support/thrown.hpp"

namespace dcgan::test {
namespace {

Query of(std::map<std::string, std::string> words) {
  return [words](const std::string& name) {
    const auto found = words.find(name);
    return found == words.end() ? "" : found->second;
  };
}

TEST(Requests, NumbersAreTakenWholeAndWithinTheirRange) {
  EXPECT_EQ(number_in(of({{"x", "0.25"}}), "x", 0, 1, 7), 0.25);
  EXPECT_EQ(number_in(of({}), "x", 0, 1, 7), 7);
  EXPECT_EQ(whole_in(of({{"images", "12"}}), "images", 0, 100), 12);
  for (const char* text : {"nan", "inf", "-0.1", "1.1", "0.5x", " 1", "1e999", "0,5"})
    EXPECT_NE(usage_error([&] {
                number_in(of({{"x", text}}), "x", 0, 1, 0);
              }).find("x is '"),
              std::string::npos)
        << text;
  for (const char* text : {"", "-1", "101", "1.5", "99999999999999999999"})
    EXPECT_NE(usage_error([&] { whole_in(of({{"n", text}}), "n", 0, 100); }).find("n is '"), std::string::npos) << text;
}

TEST(Requests, OnlyThisMachinesOwnNamesAreItsHost) {
  const Door door{.port = 8080};
  EXPECT_TRUE(is_own_host("127.0.0.1:8080", door));
  EXPECT_TRUE(is_own_host("localhost:8080", door));
  for (const char* host : {"", "127.0.0.1", "127.0.0.1:80801", "localhost:80", "evil.com:8080",
                           "127.0.0.1.evil.com:8080", "localhost:8080.evil.com", "[::1]:8080", "10.0.0.1:8080"})
    EXPECT_FALSE(is_own_host(host, door)) << host;
  EXPECT_TRUE(is_own_origin("", "localhost:8080"));
  EXPECT_TRUE(is_own_origin("http://localhost:8080", "localhost:8080"));
  for (const char* origin :
       {"null", "http://evil.com", "https://localhost:8080", "http://localhost:8081", "http://localhost:8080/x"})
    EXPECT_FALSE(is_own_origin(origin, "localhost:8080")) << origin;
}

TEST(Requests, ACookieIsFoundByItsWholeName) {
  EXPECT_EQ(cookie_of("a=1; dcgan-8080=x; dcgan-80=y", "dcgan-8080"), "x");
  EXPECT_EQ(cookie_of("dcgan-8080=x=y", "dcgan-8080"), "x=y");
  for (const char* header : {"", ";", "dcgan-8080", "xdcgan-8080=x", "dcgan-80801=x", "a=dcgan-8080=x"})
    EXPECT_EQ(cookie_of(header, "dcgan-8080"), "") << header;
  EXPECT_EQ(cookie_name("127.0.0.1:8080"), "dcgan-8080");
  EXPECT_EQ(cookie_name("[::1]"), "dcgan-80");
}

TEST(Requests, WhoMayNotAskIsToldWhy) {
  const auto status = [](const std::string& path, std::map<std::string, std::string> headers, const std::string& token,
                         const std::string& method = "GET") {
    if (!headers.contains("Host")) headers["Host"] = "127.0.0.1:8080";
    const auto refusal =
        refusal_of({path, method, token, of(headers)}, {.port = 8080, .token = "secret", .cookie = "crumb"});
    return refusal ? refusal->status : 200;
  };
  EXPECT_EQ(status("/api/runs", {}, "secret"), 200);
  EXPECT_EQ(status("/api/runs", {}, "guess"), 403);
  EXPECT_EQ(status("/api/runs", {{"Cookie", "dcgan-8080=crumb"}}, ""), 200);
  EXPECT_EQ(status("/api/runs", {{"Cookie", "dcgan-8081=crumb"}}, ""), 403);
  EXPECT_EQ(status("/page.css", {}, ""), 200) << "the page's own files are no secret";
  EXPECT_EQ(status("/health", {}, ""), 200);
  EXPECT_EQ(status("/", {}, ""), 403);
  EXPECT_EQ(status("/api/runs", {{"Host", "evil.com"}}, "secret"), 403);
  EXPECT_EQ(status("/api/runs", {{"Origin", "http://evil.com"}}, "secret"), 403);
  EXPECT_EQ(status("/api/runs", {{"Sec-Fetch-Site", "cross-site"}}, "secret"), 403);
  EXPECT_EQ(status("/", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}}, "secret"), 200) << "a link";
  EXPECT_EQ(status("/chart.js", {{"Range", "bytes=0-1"}}, ""), 416);
  EXPECT_EQ(status("/api/runs", {}, "secret", "POST"), 405);
}

}  // namespace
}  // namespace dcgan::test
