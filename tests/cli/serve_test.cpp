// The live page as browsers, and what is none, meet it.
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "support/program.hpp"
#include "support/tcp.hpp"

namespace dcgan::test {
namespace {

using Client = TcpClient;

class Serve : public ::testing::Test {
 protected:
  void SetUp() override {
    make_pictures(dcgan.at("photos"), 12);
    ASSERT_EXIT_CODE(dcgan(dcgan.small_train("photos", "runs/first",
                                             {"--images", "160", "--sample-every", "40", "--eval-every", "80"})),
                     0);
  }
  void start(std::vector<std::string> more = {"--no-token"}) {
    std::vector<std::string> words = {"serve", dcgan.at("runs"), "--port", "0", "--threads", "1"};
    words.insert(words.end(), more.begin(), more.end());
    server_ = std::make_unique<Process>(dcgan.command(words));
    ASSERT_TRUE(server_->read_lines(1));
    const std::string& said = server_->out();
    port_ = std::stoi(said.substr(said.rfind("127.0.0.1:") + 10));
  }
  /// Of the address that was printed.
  std::string token() const {
    const std::string& said = server_->out();
    const size_t begin = said.find("?token=");
    return begin == std::string::npos ? "" : said.substr(begin + 7, said.find(' ', begin) - begin - 7);
  }
  /// That a browser is given for the token.
  std::string cookie() const {
    const std::string answer = got("/?token=" + token());
    const size_t begin = answer.find("Set-Cookie: ");
    return begin == std::string::npos ? "" : answer.substr(begin + 12, answer.find(';', begin) - begin - 12);
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
            "303");  // a link
  EXPECT_FALSE(std::filesystem::exists(dcgan.at("state/dcgan/serve-token"))) << "a given word is not kept";
}

TEST_F(Serve, RefusesOptionsThatWouldShowEverythingOrContradictOneAnother) {
  const auto refusal = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"serve", dcgan.at("runs")});
    return dcgan.refusal(words);
  };
  EXPECT_TRUE(refused(refusal({"--token", "a&b"}), 2, "letters, digits"));
  EXPECT_TRUE(refused(refusal({"--token", ""}), 2, "it is empty"));
  EXPECT_TRUE(refused(refusal({"--token", "word", "--no-token"}), 2, "conflict"));
  EXPECT_TRUE(refused(refusal({"--host", "0.0.0.0", "--no-token"}), 2, "to all who reach it"));
  EXPECT_TRUE(refused(refusal({"--host", "evil.com"}), 2, "not an address in numbers"));
}

TEST_F(Serve, WantsTheTokenThatItPrintsUnlessToldOtherwise) {
  start({});
  ASSERT_GE(token().size(), 32u) << server_->out();
  for (const char* path :
       {"/", "/api/runs", "/api/run?run=first", "/api/grid?run=first&images=160", "/api/model?run=first",
        "/api/image?run=first", "/api/latent?run=first", "/api/quiz?run=first&round=1", "/api/answer?round=1"}) {
    EXPECT_EQ(status(got(path)), "403") << path;
    EXPECT_EQ(status(got(path, "Cookie: dcgan-" + std::to_string(port_) + "=" + token() + "\r\n")), "403") << path;
  }
  EXPECT_EQ(got("/api/runs").find("first"), std::string::npos);
  EXPECT_EQ(body(got("/health")), "{\"status\":\"ok\"}");
  const std::string with_cookie = "Cookie: " + cookie() + "\r\n";
  EXPECT_EQ(status(got("/", with_cookie)), "200");
  EXPECT_EQ(body(got("/api/runs", with_cookie)), "[\"first\"]");
  const std::string first = token();
  server_->kill(SIGTERM);
  server_->wait();
  start({});
  EXPECT_EQ(token(), first) << "a bookmark lives";
  struct stat status {};
  ASSERT_EQ(::stat(dcgan.at("state/dcgan/serve-token").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(Serve, OpensABrowserWhereThereIsADisplayAndShowsNobodyTheToken) {
  write_text(dcgan.at("bin/xdg-open"), "#!/bin/sh\nprintf '%s' \"$1\" > '" + dcgan.at("opened") + ".new'\ncp \"$1\" '" +
                                           dcgan.at("page") + "'\nmv '" + dcgan.at("opened") + ".new' '" +
                                           dcgan.at("opened") + "'\n");
  std::filesystem::permissions(dcgan.at("bin/xdg-open"), std::filesystem::perms::owner_all);
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", (dcgan.at("bin") + ":" + path).c_str(), 1);
  start({"--open"});
  ::setenv("PATH", path.c_str(), 1);
  while (!std::filesystem::exists(dcgan.at("opened"))) ::usleep(10'000);
  const std::string opened = read_text(dcgan.at("opened"));
  EXPECT_EQ(opened.find(token()), std::string::npos) << "words of a command are seen by all";
  EXPECT_NE(read_text(dcgan.at("page")).find("http://127.0.0.1:" + std::to_string(port_) + "/?token=" + token()),
            std::string::npos);
  server_->kill(SIGTERM);
  EXPECT_EQ(server_->wait().code, 0);
  EXPECT_FALSE(std::filesystem::exists(opened));
}

TEST_F(Serve, ListensToAnotherAddressOnlyWhenToldTo) {
  start({"--host", "0.0.0.0", "--token", "secret"});
  const auto from = [&](const std::string& host) {
    return status(sent("GET /api/runs?token=secret HTTP/1.1\r\nHost: " + host + "\r\n\r\n"));
  };
  EXPECT_EQ(from("192.168.1.5:9000"), "200") << "a container's port has another number outside";
  EXPECT_EQ(from("evil.com"), "403");
  EXPECT_EQ(status(got("/api/runs")), "403");
}

/// What a run directory must not do to the others: block, crash, or fill memory.
TEST_F(Serve, ABadRunIsAnErrorOfItsOwnAndTheOthersAreServed) {
  namespace fs = std::filesystem;
  const auto copy = [&](const std::string& name) {
    fs::copy(dcgan.at("runs/first"), dcgan.at("runs/" + name), fs::copy_options::recursive);
    return fs::path(dcgan.at("runs/" + name));
  };
  const std::string deep(3'000'000, '['), shut(3'000'000, ']');
  std::ofstream(copy("deep-log") / "log.jsonl", std::ios::app) << "{\"images\":200,\"a\":" << deep << shut << "}\n"
                                                               << "{\"event\":" << deep << "\n";
  write_text(copy("deep-config") / "config.json", "{\"options\":" + deep + shut + "}");
  fs::resize_file(copy("huge-config") / "config.json", uint64_t{1} << 40);
  fs::resize_file(copy("huge-grid") / "samples/000000160.png", uint64_t{1} << 40);
  for (const char* file : {"config.json", "log.jsonl", "samples/000000160.png", "samples/real.png"}) {
    const fs::path path = copy("pipe-" + fs::path(file).filename().string()) / file;
    fs::remove(path);
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    const fs::path looped = copy("loop-" + fs::path(file).filename().string()) / file;
    fs::remove(looped);
    fs::create_symlink(looped.filename(), looped);
  }
  for (const char* name : {"cut-model", "pipe-model"}) {
    const fs::path run = copy(name);
    for (const auto& entry : fs::directory_iterator(run / "checkpoints")) {
      fs::resize_file(entry.path(), fs::file_size(entry.path()) / 2);
      if (std::string(name) == "cut-model") continue;
      fs::remove(entry.path());
      ASSERT_EQ(::mkfifo(entry.path().c_str(), 0600), 0);
    }
  }
  start();
  const Json names = json("/api/runs");
  EXPECT_GE(names.size(), 10u);
  for (const Json& name : names)
    for (const std::string& path :
         {"/api/run?run=" + name.get<std::string>(), "/api/grid?images=160&run=" + name.get<std::string>(),
          "/api/model?run=" + name.get<std::string>(), "/api/image?run=" + name.get<std::string>(),
          "/api/quiz?round=1&run=" + name.get<std::string>(), "/api/quiz?round=2&run=" + name.get<std::string>()}) {
      const std::string answer = got(path);
      EXPECT_TRUE(status(answer) == "200" || status(answer) == "400" || status(answer) == "500")
          << path << ": " << answer.substr(0, 300);
      EXPECT_EQ(status(got("/api/run?run=first")), "200") << path;
    }
  EXPECT_EQ(json("/api/run?run=deep-log")["unreadable_lines"], 2);
  EXPECT_EQ(json("/api/run?run=deep-log")["last"]["images"], 160);
  EXPECT_EQ(status(got("/api/image?run=first&points=0:3")), "200");
  const Finished report = dcgan({"report", dcgan.at("runs/first"), dcgan.at("runs/deep-log"),
                                 dcgan.at("runs/deep-config"), "--out", dcgan.at("report.html")});
  ASSERT_EXIT_CODE(report, 0);
  EXPECT_SAYS(report, "2 lines of its log cannot be read");
  EXPECT_SAYS(report, "deep-config' is left out");
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

TEST_F(Serve, EndsBySignalAndTakesTheNextPortWhereOneIsInUse) {
  start();
  Process second(dcgan.command({"serve", dcgan.at("runs"), "--port", std::to_string(port_), "--no-token"}));
  ASSERT_TRUE(second.read_lines(1));
  EXPECT_EQ(second.out().find("127.0.0.1:" + std::to_string(port_) + "/"), std::string::npos) << second.out();
  EXPECT_EQ(status(got("/api/runs")), "200");
  second.kill(SIGTERM);
  const Finished ended = second.wait();
  EXPECT_NE(ended.err.find("port " + std::to_string(port_) + " is in use"), std::string::npos) << ended.err;
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
  start({"--no-open"});
  const auto [said, code] = output_of(std::string("'") + DCGAN_TEST_READERS_PYTHON +
                                      "' '" DCGAN_TEST_SOURCE "/browse.py' 'http://127.0.0.1:" + std::to_string(port_) +
                                      "/?token=" + token() + "'");
  training.kill(SIGKILL);
  if (code == 77) GTEST_SKIP() << said;
  ASSERT_EQ(code, 0) << said;
  const Json saw = Json::parse(said.substr(said.rfind("\n{") + 1), nullptr, false);
  ASSERT_TRUE(saw.is_object()) << said;
  EXPECT_EQ(saw["complaints"], Json::array()) << said;
  EXPECT_EQ(saw["trouble"], "") << said;
  EXPECT_EQ(saw["address"], "http://127.0.0.1:" + std::to_string(port_) + "/") << "the token has left the address bar";
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
