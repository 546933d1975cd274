// Requests and answers through cpp-httplib, whichever version this was built with; and through the others that are
// here.
#include "pages/http/http.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>

#include "core/platform/io/connection.hpp"
#include "core/platform/io/private_socket.hpp"

namespace dcgan::test {
namespace {

/// What is answered to these bytes.
std::string answer_to(const PrivateSocket& socket, const std::string& request) {
  Connection connection(socket.connect(), std::chrono::seconds(20), SIZE_MAX);
  EXPECT_TRUE(connection.write(request));
  std::string all;
  char part[4096];
  for (ssize_t got; (got = connection.read(part, sizeof part)) > 0;) all.append(part, static_cast<size_t>(got));
  return all;
}

class Http : public ::testing::Test {
 protected:
  Http()
      : server_(socket_.name(), 4, [](const Visitor& visitor, const Query& query) {
          if (visitor.path == "/throws") throw std::runtime_error("of no use");
          return HttpAnswer{visitor.path == "/gone" ? 404 : 200,
                            visitor.method + " " + visitor.path + " " + query("a") + " " + visitor.token + " " +
                                visitor.header("X-Word") + " " + visitor.header("none"),
                            "text/plain",
                            {{"X-Answer", "yes"}}};
        }) {
    socket_.hide();
  }
  std::string got(const std::string& path, const std::string& headers = "", const std::string& method = "GET") {
    return answer_to(socket_, method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "Connection: close\r\n\r\n");
  }
  PrivateSocket socket_;
  HttpServer server_;
};

TEST_F(Http, GivesTheHandlerTheRequestAndTheBrowserItsAnswer) {
  const std::string answer = got("/page?a=b%20c&token=secret", "X-Word: heard\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
  EXPECT_NE(answer.find("X-Answer: yes"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nGET /page b c secret heard ")) << answer;
  EXPECT_TRUE(got("/gone").starts_with("HTTP/1.1 404 "));
  EXPECT_TRUE(got("/gone", "", "POST").find("POST /gone") != std::string::npos);
  EXPECT_TRUE(got("/", "", "HEAD").ends_with("\r\n\r\n")) << "HEAD has no body";
}

TEST_F(Http, SurvivesWhatIsNoRequestAndAHandlerThatThrows) {
  EXPECT_TRUE(got("/throws").starts_with("HTTP/1.1 500 "));
  for (const std::string& request :
       {std::string("GET\r\n\r\n"), std::string("PRI * HTTP/2.0\r\n\r\n"), std::string("GET / HTTP/9\r\n\r\n"),
        "GET / HTTP/1.1\r\n: x\r\n\r\n" + std::string(3, '\xff'),
        "GET /?" + std::string(20'000, '%') + " HTTP/1.1\r\n\r\n",
        std::string("GET / HTTP/1.1\r\nRange: bytes=9999999999999999999999-\r\nConnection: close\r\n\r\n")}) {
    answer_to(socket_, request);
    EXPECT_TRUE(got("/").starts_with("HTTP/1.1 200 ")) << request.substr(0, 40);
  }
  EXPECT_TRUE(server_.is_serving());
}

TEST_F(Http, NoPathLeadsToItsSocket) {
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::temp_directory_path()))
    EXPECT_FALSE(std::filesystem::exists(entry.path() / "socket")) << entry.path();
}

// The unit that alone knows cpp-httplib is built, and this file with it, against every version that is here: Debian 12
// has 0.11, Debian 13 has 0.18.
TEST(OtherVersionsOfHttplib, BuildAndAnswerAsThisOne) {
  const std::string programs = DCGAN_TEST_HTTPLIB_PROGRAMS;
  if (programs.empty())
    GTEST_SKIP() << "there is one cpp-httplib here, " << DCGAN_TEST_HTTPLIB_VERSION
                 << "; DCGAN_HTTPLIB_OTHERS names folders with an httplib.h of another version";
  for (size_t begin = 0; begin < programs.size();) {
    const size_t end = std::min(programs.find(':', begin), programs.size());
    const std::string program = programs.substr(begin, end - begin);
    EXPECT_EQ(std::system(("'" + program + "' --gtest_brief=1 >&2").c_str()), 0) << program;
    begin = end + 1;
  }
}

}  // namespace
}  // namespace dcgan::test
