// The live page as browsers, and what is none, meet it.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <csignal>
#include <filesystem>
#include <memory>

#include "support/program.hpp"

namespace dcgan::test {
namespace {

/// A connection to the page.
class Client {
 public:
  explicit Client(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET, address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  /// False when the other side has gone.
  bool send(const std::string& bytes) const {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  std::string rest() const {
    std::string all;
    char buffer[4096];
    for (ssize_t got; (got = ::recv(socket_, buffer, sizeof buffer, 0)) > 0;)
      all.append(buffer, static_cast<size_t>(got));
    return all;
  }

 private:
  int socket_;
};

class Serve : public ::testing::Test {
 protected:
  void SetUp() override {
    make_pictures(dcgan.at("photos"), 12);
    ASSERT_EXIT_CODE(dcgan(dcgan.small_train("photos", "runs/first",
                                             {"--images", "160", "--sample-every", "40", "--eval-every", "80"})),
                     0);
  }
  void start(std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"serve", dcgan.at("runs"), "--port", "0", "--threads", "1"};
    words.insert(words.end(), more.begin(), more.end());
    server_ = std::make_unique<Process>(dcgan.command(words));
    ASSERT_TRUE(server_->read_lines(1));
    const std::string& said = server_->out();
    port_ = std::stoi(said.substr(said.rfind("127.0.0.1:") + 10));
  }
  std::string sent(const std::string& request) const {
    const Client client(port_);
    client.send(request);
    return client.rest();
  }
  std::string got(const std::string& path, const std::string& more = "", const std::string& method = "GET") const {
    return sent(method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) + "\r\n" + more + "\r\n");
  }
  static std::string status(const std::string& answer) { return answer.size() < 12 ? "none" : answer.substr(9, 3); }
  static std::string body(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }
  Json json(const std::string& path) const { return Json::parse(body(got(path)), nullptr, false); }

  Program dcgan;
  std::unique_ptr<Process> server_;
  int port_ = 0;
};

TEST_F(Serve, AnswersWithPagesFiguresGridsImagesAndLatents) {
  start();
  EXPECT_NE(got("/").find("<script src=\"/serve.js\">"), std::string::npos);
  for (const char* file : {"/page.css", "/page.js", "/serve.js", "/chart.js"})
    EXPECT_EQ(status(got(file)), "200") << file;
  EXPECT_EQ(json("/api/runs"), Json::array({"first"}));
  const Json run = json("/api/run?run=first");
  EXPECT_EQ(run["last"]["images"], 160);
  EXPECT_EQ(run["grid_positions"].back(), 160);
  EXPECT_EQ(body(got("/api/grid?run=first&images=160")), read_text(dcgan.at("runs/first/samples/000000160.png")));
  const Json model = json("/api/model?run=first");
  EXPECT_EQ(model["latent"], 8);
  EXPECT_EQ(model["directions"], 8);
  const std::string image = body(got("/api/image?run=first&points=0:3"));
  EXPECT_TRUE(image.starts_with("\x89PNG"));
  EXPECT_NE(image.find("0:3"), std::string::npos);  // it says of itself what it is
  EXPECT_EQ(body(got("/api/image?run=first&points=0:3")), image);
  EXPECT_NE(body(got("/api/image?run=first&points=0:3&d=2")), image);
  EXPECT_NE(body(got("/api/image?run=first&points=0:3,0:4&x=0.5")), image);
  EXPECT_EQ(body(got("/api/latent?run=first&points=0:3")).size() % 64, 8 * 4u);  // a head of 128 bytes, eight numbers
  EXPECT_TRUE(body(got("/api/quiz?run=first&round=1")).starts_with("\x89PNG"));
  EXPECT_TRUE(json("/api/answer?run=first&round=1")["real"].is_boolean());
}

TEST_F(Serve, ShowsARunThatIsYoungerThanItself) {
  start();
  std::filesystem::copy(dcgan.at("runs/first"), dcgan.at("runs/second"), std::filesystem::copy_options::recursive);
  EXPECT_EQ(json("/api/runs"), Json::array({"first", "second"}));
}

TEST_F(Serve, RefusesOtherHostsOriginsMethodsAndTokens) {
  start({"--token", "secret"});
  EXPECT_EQ(status(sent("GET / HTTP/1.1\r\nHost: evil.com\r\n\r\n")), "403");
  EXPECT_EQ(status(sent("GET / HTTP/1.1\r\n\r\n")), "403");
  EXPECT_EQ(status(got("/api/runs?token=secret", "Origin: http://evil.com\r\n")), "403");
  EXPECT_EQ(status(got("/api/runs?token=secret")), "200");
  EXPECT_EQ(status(got("/api/runs?token=wrong")), "403");
  EXPECT_EQ(status(got("/")), "403");
  EXPECT_NE(got("/").find("open the address that"), std::string::npos);
  EXPECT_EQ(status(got("/?token=secret", "Content-Length: 0\r\n", "POST")), "405");
  for (const char* site : {"cross-site", "same-site"})  // a picture within another page, which has no Origin
    EXPECT_EQ(status(got("/api/runs?token=secret", std::string("Sec-Fetch-Site: ") + site + "\r\n")), "403") << site;
  EXPECT_EQ(status(got("/api/runs?token=secret", "Sec-Fetch-Site: same-origin\r\n")), "200");
  EXPECT_EQ(status(got("/?token=secret", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n")),
            "200");  // a link
  EXPECT_TRUE(refused(dcgan.refusal({"serve", dcgan.at("runs"), "--token", "a&b"}), 2, "letters, digits"));
}

TEST_F(Serve, NothingOfTheFileSystemIsReachedBeyondTheRuns) {
  start();
  write_text(dcgan.at("runs/secret.png"), "what it holds");
  for (const char* path :
       {"/../runs/secret.png", "/%2e%2e/secret.png", "/api/run?run=..", "/api/run?run=first/../../photos",
        "/api/run?run=%2fetc", "/api/grid?run=first&images=../../secret", "/api/grid?run=first&images=1",
        "/config.json", "/samples/real.png", "/api/image?run=first&points=/etc/passwd", "/api/latent?run=secret.png"}) {
    const std::string answer = got(path);
    EXPECT_TRUE(status(answer) == "400" || status(answer) == "404" || status(answer) == "500")
        << path << ": " << answer;
    EXPECT_EQ(answer.find("what it holds"), std::string::npos) << path;
  }
}

TEST_F(Serve, WrongRequestsGetAnErrorAndTheNextOneIsServed) {
  start();
  for (const std::string& request :
       {std::string("\r\n\r\n"), std::string("GET\r\n\r\n"), std::string(100, '\0') + "\r\n\r\n",
        "GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\n" + std::string(40'000, 'h') + ": x\r\n\r\n",
        std::string("POST /api/runs HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nContent-Length: -5\r\n\r\n"),
        std::string("GET /api/image?run=first&points=0-99999999 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")}) {
    const std::string answer = sent(request);
    EXPECT_NE(status(answer), "200") << request.substr(0, 60);
    EXPECT_EQ(status(got("/api/runs")), "200") << request.substr(0, 60);
  }
  EXPECT_EQ(status(got("/chart.js", "Range: bytes=0-,0-,0-,0-,0-,0-\r\n")), "416");
  const Client endless(port_);
  endless.send("GET / HTTP/1.1\r\n");
  for (int i = 0; i < 100'000 && endless.send("X-" + std::to_string(i) + ": y\r\n"); ++i) {
  }
  endless.rest();
  EXPECT_EQ(status(got("/api/runs")), "200");
}

TEST_F(Serve, ConnectionsThatSayNothingAreClosedAndKeepNobodyOut) {
  start();
  std::vector<std::unique_ptr<Client>> silent;
  for (int i = 0; i < 100; ++i) silent.push_back(std::make_unique<Client>(port_));
  silent.front()->send("GET / HT");
  EXPECT_EQ(status(got("/api/runs")), "200");  // after those before it have been given up
  EXPECT_EQ(status(silent.front()->rest()).substr(0, 1), "n");
}

TEST_F(Serve, ADamagedRunIsAnErrorOfItsOwn) {
  start();
  write_text(dcgan.at("runs/first/config.json"), "{");
  EXPECT_EQ(status(got("/api/run?run=first")), "500");
  EXPECT_NE(json("/api/run?run=first")["error"].get<std::string>().find("config.json"), std::string::npos);
  EXPECT_EQ(status(got("/api/runs")), "200");
}

TEST_F(Serve, EndsBySignalAndRefusesAPortInUse) {
  start();
  const Finished second = dcgan({"serve", dcgan.at("runs"), "--port", std::to_string(port_)});
  EXPECT_EQ(second.code, 1) << "two servers share a port";
  EXPECT_NE(second.err.find("may be in use"), std::string::npos) << second.err;
  server_->kill(SIGINT);
  EXPECT_EQ(server_->wait().code, 0);
  EXPECT_TRUE(refused(dcgan.refusal({"serve", dcgan.at("none")}), 2, "none"));
}

TEST_F(Serve, InABrowserSlidersChangePicturesAndChartsGrowWhileATrainingRuns) {
  if (std::string(DCGAN_TEST_READERS_PYTHON).empty() || output_of("command -v chromedriver").second != 0)
    GTEST_SKIP() << "no chromedriver, or no python3 with what third_party/readers.txt names";
  std::filesystem::remove_all(dcgan.at("runs"));
  int lines = 0;
  Process training(dcgan.command(dcgan.small_train(
      "photos", "runs/live", {"--time", "120s", "--sample-every", "400", "--checkpoint-every", "400"})));
  while (training.out().find("\ncheckpoint ") == std::string::npos) ASSERT_TRUE(training.read_lines(++lines));
  start();
  const auto [said, code] =
      output_of(std::string("'") + DCGAN_TEST_READERS_PYTHON +
                "' '" DCGAN_TEST_SOURCE "/browse.py' http://127.0.0.1:" + std::to_string(port_) + "/");
  training.kill(SIGKILL);
  if (code == 77) GTEST_SKIP() << said;
  ASSERT_EQ(code, 0) << said;
  const Json saw = Json::parse(said.substr(said.rfind("\n{") + 1), nullptr, false);
  ASSERT_TRUE(saw.is_object()) << said;
  EXPECT_EQ(saw["complaints"], Json::array()) << said;
  EXPECT_EQ(saw["trouble"], "") << said;
  EXPECT_GE(saw["charts"].get<int>(), 4) << said;
  EXPECT_GT(saw["reach_later"].get<double>(), saw["reach"].get<double>()) << said;
  EXPECT_GT(saw["grid"].get<int>(), 0) << said;
  for (const char* what : {"slider_changes_picture", "direction_changes_picture", "keyboard_moves_slider",
                           "focus_stays", "charts_are_dark"})
    EXPECT_EQ(saw[what], true) << said;
  EXPECT_EQ(saw["chosen"], 3) << said;
  EXPECT_EQ(saw["kept"], 2) << said;
  EXPECT_NE(saw["score"].get<std::string>().find("of 3 right"), std::string::npos) << said;
  EXPECT_EQ(saw["wider_than_a_phone"], false) << said;
  EXPECT_EQ(saw["light_and_dark"], Json::array({"rgb(255, 255, 255)", "rgb(13, 17, 23)"})) << said;
}

}  // namespace
}  // namespace dcgan::test
