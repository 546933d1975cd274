#include "serve/server.hpp"

#include <ATen/Parallel.h>
#include <c10/util/Exception.h>
#include <httplib.h>

#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <thread>

#include "checkpoint/run_directory.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/platform/connection.hpp"
#include "core/platform/machine.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "dataset/walk.hpp"
#include "image/decode.hpp"
#include "image/png.hpp"
#include "image/sheet.hpp"
#include "report/embedded.hpp"
#include "report/run_data.hpp"
#include "serve/explorer.hpp"
#include "serve/requests.hpp"

namespace dcgan {
namespace {

using httplib::Request;
using httplib::Response;

constexpr auto kPatience = std::chrono::seconds(5);  // for a request, and for its answer to be taken
constexpr size_t kLongestRequest = 32 << 10;         // bytes
constexpr size_t kConnections = 64;                  // at once; more wait
constexpr int kImagesAsked = 8;                      // that wait for the generator; more are told to come again
constexpr size_t kRuns = 200;
constexpr size_t kOpenModels = 4;
constexpr int64_t kPoints = 600;  // of a curve

class ConnectionStream : public httplib::Stream {
 public:
  explicit ConnectionStream(Connection& connection) : connection_(connection) {}
  bool is_readable() const override { return connection_.is_readable(); }
  bool is_writable() const override { return connection_.is_writable(); }
  ssize_t read(char* out, size_t size) override { return connection_.read(out, size); }
  ssize_t write(const char* data, size_t size) override { return connection_.write(data, size); }
  void get_remote_ip_and_port(std::string& ip, int& port) const override { ip = "127.0.0.1", port = 0; }
  void get_local_ip_and_port(std::string& ip, int& port) const override { ip = "127.0.0.1", port = 0; }
  socket_t socket() const override { return connection_.socket(); }

 private:
  Connection& connection_;
};

/// One request a connection. httplib's own waits for each read by itself, and for any number of them.
class LocalServer : public httplib::Server {
 private:
  bool process_and_close_socket(socket_t socket) override {
    Connection connection(socket, kPatience, kLongestRequest);
    ConnectionStream stream(connection);
    bool is_closed = false;
    try {
      return process_request(stream, /*close_connection=*/true, is_closed, nullptr);
    } catch (const std::exception& error) {  // of httplib's own work: this connection ends, the others go on
      warn("a request was given up: " + printable(error.what()));
      return false;
    }
  }
};

/// Nobody guesses it.
std::string random_word() {
  std::random_device device;
  std::string word;
  for (int i = 0; i < 24; ++i) word += "0123456789abcdef"[device() % 16];
  return word;
}

class Site {
 public:
  Site(std::vector<fs::path> places, const ServeOptions& options)
      : places_(std::move(places)),
        token_(options.token == "auto" ? random_word() : options.token),
        threads_(options.threads) {
    std::random_device device;
    quiz_seed_ = static_cast<uint64_t>(device()) << 32 | device();
    answer("/", [](const Request&) { return Answer{std::string(embedded::serve_html), "text/html; charset=utf-8"}; });
    file("/page.css", embedded::page_css, "text/css");
    file("/page.js", embedded::page_js, "text/javascript");
    file("/serve.js", embedded::serve_js, "text/javascript");
    file("/chart.js", embedded::chart_js, "text/javascript");
    answer("/api/runs", [this](const Request&) { return json(list()); });
    answer("/api/run", [this](const Request& request) { return json(run_figures(run_of(request), kPoints)); });
    answer("/api/grid", [this](const Request& request) { return grid(request); });
    answer("/api/model", [this](const Request& request) { return json(explorer_of(request)->describe()); });
    answer("/api/image", [this](const Request& request) { return image(request); });
    answer("/api/latent", [this](const Request& request) {
      return Answer{explorer_of(request)->latent(place_of(request)), "application/octet-stream", "latent.npy"};
    });
    answer("/api/quiz", [this](const Request& request) { return question(request); });
    answer("/api/answer", [this](const Request& request) { return json({{"real", is_real(round_of(request))}}); });
    server_.set_pre_routing_handler([this](const Request& request, Response& response) {
      return may_enter(request, response) ? httplib::Server::HandlerResponse::Unhandled
                                          : httplib::Server::HandlerResponse::Handled;
    });
    server_.set_error_handler([](const Request&, Response& response) {
      if (response.body.empty()) say(response, response.status, "there is nothing here", "");
    });
    server_.set_payload_max_length(1024);
    // httplib's own would let two servers share a port, and requests come to either.
    server_.set_socket_options([](socket_t socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    server_.new_task_queue = [] { return new httplib::ThreadPool(kConnections); };
  }

  /// Throws Error when it is taken.
  int bind(int64_t port) {
    constexpr const char* kHere = "127.0.0.1";
    if (port == 0)
      port_ = server_.bind_to_any_port(kHere);
    else
      port_ = server_.bind_to_port(kHere, static_cast<int>(port)) ? static_cast<int>(port) : -1;
    if (port_ <= 0)
      throw Error("port " + std::to_string(port) + " of 127.0.0.1 cannot be listened to: it may be in use",
                  "choose another by --port, or any that is free by --port 0");
    return port_;
  }

  void run_until_stopped() {
    std::atomic<bool> has_ended = false;
    std::thread listener([&] {
      server_.listen_after_bind();
      has_ended = true;
    });
    // stop() does nothing before it runs.
    while (!has_ended && (stop_signal() == 0 || !server_.is_running()))
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const bool was_stopped = !has_ended;
    server_.stop();
    listener.join();
    if (!was_stopped) throw Error("the port is not listened to any more", "start it again");
  }

  size_t run_count() const { return named().size(); }
  const std::string& token() const { return token_; }

 private:
  struct Answer {
    std::string body, type, file_name = {};
  };
  static Answer json(const Json& value) { return {compact(value), "application/json"}; }

  static void say(Response& response, int status, const std::string& what, const std::string& hint) {
    response.status = status;
    response.set_content(compact({{"error", what}, {"hint", hint}}), "application/json");
  }

  void file(const char* path, std::string_view content, const char* type) {
    answer(path, [content, type](const Request&) { return Answer{std::string(content), type}; });
  }

  void answer(const char* path, const std::function<Answer(const Request&)>& made) {
    server_.Get(path, [made](const Request& request, Response& response) {
      try {
        const Answer answer = made(request);
        response.set_content(answer.body, answer.type);
        if (!answer.file_name.empty())
          response.set_header("Content-Disposition", "attachment; filename=\"" + answer.file_name + "\"");
      } catch (const Busy& error) {
        say(response, 503, error.what(), error.hint());
      } catch (const UsageError& error) {
        say(response, 400, error.what(), error.hint());
      } catch (const c10::Error& error) {
        say(response, 500, error.what_without_backtrace(), "");
      } catch (const std::exception& error) {
        say(response, 500, error.what(), "");
      }
    });
  }

  /// Says why not.
  bool may_enter(const Request& request, Response& response) const {
    response.set_header("Content-Security-Policy",
                        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src "
                        "'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    response.set_header("X-Content-Type-Options", "nosniff");
    response.set_header("Referrer-Policy", "no-referrer");
    response.set_header("Cross-Origin-Resource-Policy", "same-origin");
    response.set_header("Cache-Control", "no-store");
    // Browsers say who asks: an image of this server within another page sends no Origin.
    const std::string site = request.get_header_value("Sec-Fetch-Site");
    const bool is_of_another_page = !site.empty() && site != "same-origin" && site != "none" &&
                                    !(request.path == "/" && request.get_header_value("Sec-Fetch-Mode") == "navigate");
    if (!is_own_host(request.get_header_value("Host"), port_) ||
        !is_own_origin(request.get_header_value("Origin"), port_) || is_of_another_page) {
      say(response, 403, "this page is for 127.0.0.1 alone",
          "open http://127.0.0.1:" + std::to_string(port_) + "/; from another machine: ssh -L " +
              std::to_string(port_) + ":127.0.0.1:" + std::to_string(port_) + " HOST");
      return false;
    }
    // The page's own files are no secret.
    const bool is_open = request.path != "/" && !request.path.starts_with("/api/");
    if (!token_.empty() && !is_open && request.get_param_value("token") != token_) {
      say(response, 403, "the token is missing or wrong", "open the address that `dcgan serve` printed");
      return false;
    }
    if (request.has_header("Range")) {  // httplib joins any number of them in memory
      say(response, 416, "parts are not served", "ask for the whole");
      return false;
    }
    if (request.method != "GET" && request.method != "HEAD") {
      say(response, 405, "only GET is answered", "");
      return false;
    }
    return true;
  }

  static Query query_of(const Request& request) {
    return [&request](const std::string& name) { return request.get_param_value(name.c_str()); };
  }

  std::vector<fs::path> runs() const {
    std::vector<fs::path> all;
    for (const auto& place : places_) {
      if (is_run_directory(place)) {
        all.push_back(without_slash(place));
        continue;
      }
      std::vector<fs::path> inside;
      std::error_code ignored;
      for (const auto& entry : fs::directory_iterator(place, ignored))
        if (is_run_directory(entry.path())) inside.push_back(entry.path());
      std::sort(inside.begin(), inside.end());
      all.insert(all.end(), inside.begin(), inside.end());
    }
    if (all.size() > kRuns) all.erase(all.begin(), all.end() - kRuns);
    return all;
  }

  /// A run is asked for by the name of its folder, of which there may be several: then by more of its path.
  std::map<std::string, fs::path> named() const {
    std::map<std::string, fs::path> all;
    for (const auto& run : runs()) {
      const std::string name = RunDirectory(run).name();
      all.emplace(all.contains(name) ? shown(run) : name, run);
    }
    return all;
  }

  Json list() const {
    Json names = Json::array();
    for (const auto& [name, path] : named()) names.push_back(name);
    return names;
  }

  fs::path path_of(const Request& request) const {
    const std::string name = request.get_param_value("run");
    const auto all = named();
    const auto found = all.find(name);
    if (found == all.end()) throw UsageError("there is no run '" + printable(name) + "' here", "reload the page");
    return found->second;
  }
  RunDirectory run_of(const Request& request) const { return RunDirectory::open(path_of(request)); }

  Answer grid(const Request& request) const {
    const RunDirectory run = run_of(request);
    const int64_t images = whole_in(query_of(request), "images", 0, int64_t{1} << 52);
    return {read_file(run.samples(images)), "image/png"};
  }

  std::shared_ptr<Explorer> explorer_of(const Request& request) {
    at::set_num_threads(static_cast<int>(threads_));  // of this thread
    return explorers_.of(path_of(request));
  }

  static LatentPlace place_of(const Request& request) {
    const Query query = query_of(request);
    LatentPlace place;
    const std::string points = query("points");
    const ImageNames names = parse_image_names(points.empty() ? "0" : points, 0, "points");
    if (names.size() > 4) throw UsageError("points are more than four", "give one to four, like 0:3,0:5");
    for (int64_t i = 0; i < names.size(); ++i) place.points.push_back(names[i]);
    place.x = number_in(query, "x", 0, 1, 0), place.y = number_in(query, "y", 0, 1, 0);
    std::string steps = query("d");
    for (size_t i = 0; !steps.empty(); ++i) {
      if (i == 64) throw UsageError("d has more than 64 numbers", "give one a direction");
      const size_t comma = std::min(steps.find(','), steps.size());
      const std::string one = steps.substr(0, comma);
      place.directions.push_back(number_in([&](const std::string&) { return one; }, "d", -20, 20, 0));
      steps.erase(0, comma + 1);
    }
    if (std::all_of(place.directions.begin(), place.directions.end(), [](double step) { return step == 0; }))
      place.directions.clear();
    if (!query("class").empty()) place.class_number = whole_in(query, "class", 0, 1'000'000);
    place.most = number_in(query, "truncate", 0.01, 100, std::numeric_limits<double>::infinity());
    return place;
  }

  /// Counts those that wait for a generator.
  class Turn {
   public:
    explicit Turn(std::atomic<int>& waiting) : waiting_(waiting) {
      if (++waiting_ > kImagesAsked) {
        --waiting_;
        throw Busy("too many images are asked for at once", "ask again");
      }
    }
    ~Turn() { --waiting_; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    std::atomic<int>& waiting_;
  };

  Answer image(const Request& request) {
    const LatentPlace place = place_of(request);
    const Turn turn(waiting_);
    return {explorer_of(request)->png(place), "image/png"};
  }

  static int64_t round_of(const Request& request) { return whole_in(query_of(request), "round", 0, int64_t{1} << 40); }
  Draw draw_of(int64_t round) const { return {quiz_seed_, Purpose::kEvaluationChoice, static_cast<uint64_t>(round)}; }
  bool is_real(int64_t round) const { return draw_of(round).word(0) % 2 == 0; }

  /// A real picture or a generated one: what it is is known here alone.
  Answer question(const Request& request) {
    const int64_t round = round_of(request);
    const auto explorer = explorer_of(request);
    const Turn turn(waiting_);
    if (!is_real(round)) {
      LatentPlace place;
      place.points = {{quiz_seed_, round}};
      const auto classes = static_cast<int64_t>(explorer->describe()["classes"].size());
      place.class_number = classes > 0 ? draw_of(round).word(2) % classes : 0;
      return {explorer->plain_png(place), "image/png"};
    }
    const std::string png = read_file(run_of(request).real_samples());
    constexpr int64_t kMegapixels = 64;
    const Image sheet = decode_image(png, probe_image(png), kMegapixels);
    const Json model = explorer->describe();
    const Sheet::Layout cell{.width = model["width"], .height = model["height"], .channels = sheet.channels};
    const int64_t columns = sheet.width / (cell.width + cell.gap), rows = sheet.height / (cell.height + cell.gap);
    if (columns * rows == 0) throw Error("samples/real.png is no sheet of this run's pictures", "was it changed?");
    const int64_t place = draw_of(round).word(1) % (columns * rows);
    Image picture(cell.width, cell.height, sheet.channels);
    for (int64_t y = 0; y < cell.height; ++y)
      std::copy_n(sheet.at(cell.gap + place % columns * (cell.width + cell.gap),
                           cell.gap + place / columns * (cell.height + cell.gap) + y),
                  cell.width * sheet.channels, picture.at(0, y));
    return {encode_png(picture), "image/png"};
  }

  const std::vector<fs::path> places_;
  const std::string token_;
  const int64_t threads_;
  uint64_t quiz_seed_ = 0;
  int port_ = 0;
  std::atomic<int> waiting_ = 0;
  Explorers explorers_{kOpenModels};
  LocalServer server_;
};

}  // namespace

void serve(const std::vector<fs::path>& runs, const ServeOptions& options,
           const std::function<void(const std::string& address, size_t count)>& ready) {
  const bool is_plain = std::all_of(options.token.begin(), options.token.end(),
                                    [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; });
  if (!is_plain) throw UsageError("--token may hold letters, digits, - and _ alone", "--token auto makes one");
  Site site(runs, options);
  const int port = site.bind(options.port);
  ready("http://127.0.0.1:" + std::to_string(port) + "/" + (site.token().empty() ? "" : "?token=" + site.token()),
        site.run_count());
  site.run_until_stopped();
}

}  // namespace dcgan
