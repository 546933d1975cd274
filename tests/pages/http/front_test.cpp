#include "pages/http/front.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "core/platform/io/listener.hpp"
#include "pages/http/http.hpp"
#include "support/tcp.hpp"

namespace dcgan::test {
namespace {

using namespace std::chrono_literals;

/// A front on a port of its own, before a server that says what it was asked; the second path is answered with as many
/// bytes as it says.
class FrontTest : public ::testing::Test {
 protected:
  void start(FrontLimits limits) {
    front_ = std::make_unique<Front>(socket_, limits);
    accepting_ = std::thread([this] {
      while (!is_over_)
        if (auto connection = listener_.accept(10ms)) front_->take(std::move(*connection));
    });
  }
  ~FrontTest() override {
    is_over_ = true;
    if (accepting_.joinable()) accepting_.join();
  }
  std::string sent(const std::string& request) const { return TcpClient(listener_.port()).said_to(request); }

  PrivateSocket socket_;
  HttpServer server_{
      socket_.name(), 8, [](const Visitor& visitor, const Query& query) {
        if (visitor.path == "/bytes") return HttpAnswer{200, std::string(std::stoul(query("n")), 'x'), "text/plain"};
        return HttpAnswer{200, visitor.header("Accept-Encoding") + "|" + visitor.header("X-Word"), "text/plain"};
      }};
  Listener listener_{"127.0.0.1", 0, 0};
  std::unique_ptr<Front> front_;
  std::atomic<bool> is_over_ = false;
  std::thread accepting_;
};

constexpr char kFine[] = "GET / HTTP/1.1\r\nHost: x\r\nX-Word: heard\r\nAccept-Encoding: gzip\r\n\r\n";

TEST_F(FrontTest, AnswersOneRequestAConnectionAndLeavesOutWishesForPacking) {
  socket_.hide();
  start({});
  EXPECT_TRUE(sent(kFine).ends_with("\r\n\r\n|heard"));
  const std::string two = sent(std::string(kFine) + kFine);
  EXPECT_EQ(two.find("HTTP/1.1", 5), std::string::npos) << two;
  EXPECT_EQ(sent("GET /bytes?n=3000000 HTTP/1.1\r\nHost: x\r\n\r\n").size() / 1'000'000, 3u);
}

TEST_F(FrontTest, GivesUpARequestThatComesTooSlowlyHoweverItComes) {
  socket_.hide();
  start({.time = 300ms});
  const TcpClient slow(listener_.port());
  const auto begin = std::chrono::steady_clock::now();
  while (slow.send("x") && std::chrono::steady_clock::now() - begin < 20s)
    std::this_thread::sleep_for(20ms);  // each byte in time
  EXPECT_EQ(slow.rest(), "");
  EXPECT_TRUE(sent(kFine).ends_with("heard"));
}

TEST_F(FrontTest, GivesUpAnAnswerThatIsNotTaken) {
  socket_.hide();
  start({.time = 300ms, .connections = 2});
  std::vector<std::unique_ptr<TcpClient>> lazy;
  for (int i = 0; i < 2; ++i) {
    lazy.push_back(std::make_unique<TcpClient>(listener_.port()));
    lazy.back()->send("GET /bytes?n=50000000 HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  EXPECT_TRUE(sent(kFine).ends_with("heard")) << "after those two have been given up";
}

TEST_F(FrontTest, WhoSaysNothingMakesRoomForWhoDoes) {
  socket_.hide();
  start({.time = 60s, .connections = 4});
  std::vector<std::unique_ptr<TcpClient>> silent;
  for (int i = 0; i < 20; ++i) silent.push_back(std::make_unique<TcpClient>(listener_.port()));
  EXPECT_TRUE(sent(kFine).ends_with("heard")) << "long before a minute";
}

TEST_F(FrontTest, BoundsWhatIsAskedAndReadsNoRequestTwoWays) {
  socket_.hide();
  start({.time = 60s});
  EXPECT_TRUE(sent("GET / HTTP/1.1\r\nX: " + std::string(40'000, 'h') + "\r\n\r\n").starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(sent("GET / HTTP/1.1\r\nX: a\nHost: b\r\n\r\n").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(sent(std::string("GET / HTTP/1.1\r\nX: \0\r\n\r\n", 25)).starts_with("HTTP/1.1 400 "));
  const TcpClient endless(listener_.port());
  endless.send("GET / HTTP/1.1\r\n");
  for (int i = 0; i < 100'000 && endless.send("X-" + std::to_string(i) + ": y\r\n"); ++i) {
  }
  EXPECT_TRUE(sent(kFine).ends_with("heard"));
}

TEST_F(FrontTest, EndsAtOnceWhoeverIsConnected) {
  socket_.hide();
  start({.time = 60s, .connections = 4});
  const TcpClient silent(listener_.port()), lazy(listener_.port());
  lazy.send("GET /bytes?n=50000000 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(sent(kFine).ends_with("heard"));
  is_over_ = true;
  accepting_.join();
  front_.reset();  // a test that hangs fails
  EXPECT_EQ(silent.rest(), "");
}

TEST(PlainHead, HasNoBodyAndNothingThatIsBetweenTheConnectionAndUs) {
  EXPECT_EQ(
      plain_head(
          "POST /a HTTP/1.1\r\nHost: x\r\nCONTENT-LENGTH: 5\r\ntransfer-encoding: chunked\r\nExpect: 100-continue\r\n"
          "Connection: keep-alive\r\nUpgrade: h2c\r\nX: y\r\n\r\n"),
      "POST /a HTTP/1.1\r\nHost: x\r\nX: y\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(plain_head("\r\n\r\n"), "");
  EXPECT_EQ(plain_head("GET / HTTP/1.1\r\nX: a\r\n folded\r\n\r\n"), "");
}

}  // namespace
}  // namespace dcgan::test
