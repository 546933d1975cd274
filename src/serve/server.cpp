#include "serve/server.hpp"

#include <ATen/Parallel.h>
#include <c10/util/Exception.h>
#include <httplib.h>

#include <atomic>
#include <exception>
#include <memory>
#include <random>
#include <thread>

#include "checkpoint/run_directory.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/platform/connection.hpp"
#include "core/platform/machine.hpp"
#include "core/platform/signals.hpp"
#include "core/platform/thread.hpp"
#include "core/text.hpp"
#include "report/embedded.hpp"
#include "report/run_data.hpp"
#include "serve/explorer.hpp"
#include "serve/quiz.hpp"
#include "serve/requests.hpp"
#include "serve/runs.hpp"
#include "serve/workers.hpp"

namespace dcgan {
namespace {

using httplib::Request;
using httplib::Response;

constexpr auto kPatience = std::chrono::seconds(5);  // for a request, and for its answer to be taken
constexpr size_t kLongestRequest = 32 << 10;         // bytes
constexpr size_t kConnections = 64;                  // at once; more wait
constexpr int kImagesAsked = 8;                      // that wait for the generator; more are told to come again
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
      return process_request(stream, /*close_connection=*/true, is_closed, [](Request& request) {
        request.headers.erase(
            "Accept-Encoding");  // to squeeze what stays on the machine takes ten times as long as to make it
      });
    } catch (const std::exception& error) {  // of httplib's own work: this connection ends, the others go on
      warn("a request was given up: " + printable(error.what()));
      return false;
    }
  }
};

uint64_t any_number() {
  std::random_device device;
  return static_cast<uint64_t>(device()) << 32 | device();
}

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
      : runs_(std::move(places)),
        token_(options.token == "auto" ? random_word() : options.token),
        threads_(options.threads) {
    answer("/", [](const Request&) { return Answer{std::string(embedded::serve_html), "text/html; charset=utf-8"}; });
    file("/page.css", embedded::page_css, "text/css");
    file("/page.js", embedded::page_js, "text/javascript");
    file("/serve.js", embedded::serve_js, "text/javascript");
    file("/chart.js", embedded::chart_js, "text/javascript");
    answer("/api/runs", [this](const Request&) { return json(runs_.names()); });
    answer("/api/run", [this](const Request& request) { return json(run_figures(run_of(request), kPoints)); });
    answer("/api/grid", [this](const Request& request) { return grid(request); });
    answer("/api/model", [this](const Request& request) { return json(explorer_of(request)->describe()); });
    answer("/api/image", [this](const Request& request) { return image(request); });
    answer("/api/latent", [this](const Request& request) {
      return Answer{explorer_of(request)->latent(latent_place(query_of(request))), "application/octet-stream",
                    "latent.npy"};
    });
    answer("/api/quiz", [this](const Request& request) { return question(request); });
    answer("/api/answer", [this](const Request& request) {
      return json({{"real", quiz_.is_real(round_of(request))}});
    });
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
    server_.new_task_queue = [] { return new Workers(kConnections); };
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
    std::exception_ptr problem;
    std::thread listener = start_thread([&] {
      try {
        server_.listen_after_bind();
      } catch (...) {
        problem = std::current_exception();
      }
      has_ended = true;
    });
    // stop() does nothing before it runs.
    while (!has_ended && (stop_signal() == 0 || !server_.is_running()))
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const bool was_stopped = !has_ended;
    server_.stop();
    listener.join();
    if (problem) std::rethrow_exception(problem);
    if (!was_stopped) throw Error("the port is not listened to any more", "start it again");
  }

  size_t run_count() const { return runs_.named().size(); }
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
    const auto header = [&request](const std::string& name) { return request.get_header_value(name.c_str()); };
    const auto refusal = refusal_of(
        {.path = request.path, .method = request.method, .token = request.get_param_value("token"), .header = header},
        port_, token_);
    if (refusal) say(response, refusal->status, refusal->what, refusal->hint);
    return !refusal;
  }

  static Query query_of(const Request& request) {
    return [&request](const std::string& name) { return request.get_param_value(name.c_str()); };
  }

  fs::path path_of(const Request& request) const { return runs_.of(request.get_param_value("run")); }
  RunDirectory run_of(const Request& request) const { return RunDirectory::open(path_of(request)); }

  Answer grid(const Request& request) const {
    const RunDirectory run = run_of(request);
    const int64_t images = whole_in(query_of(request), "images", 0, int64_t{1} << 52);
    if (!fs::exists(run.samples(images))) throw UsageError("there is no such grid", "reload the page");
    return {read_file(run.samples(images)), "image/png"};
  }

  std::shared_ptr<Explorer> explorer_of(const Request& request) {
    at::set_num_threads(static_cast<int>(threads_));  // of this thread
    return explorers_.of(path_of(request));
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
    const LatentPlace place = latent_place(query_of(request));
    const Turn turn(waiting_);
    return {explorer_of(request)->png(place), "image/png"};
  }

  static int64_t round_of(const Request& request) { return whole_in(query_of(request), "round", 0, int64_t{1} << 40); }

  Answer question(const Request& request) {
    const int64_t round = round_of(request);
    const auto explorer = explorer_of(request);
    const Turn turn(waiting_);
    return {quiz_.question(round, *explorer, run_of(request)), "image/png"};
  }

  const Runs runs_;
  const std::string token_;
  const int64_t threads_;
  const Quiz quiz_{any_number()};
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
