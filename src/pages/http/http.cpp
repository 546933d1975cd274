#include "pages/http/http.hpp"

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/platform/thread.hpp"
#include "core/text.hpp"
#include "core/workers.hpp"

namespace dcgan {
namespace {

using httplib::Request;
using httplib::Response;

/// Versions differ in what this gives back.
using Enqueued = decltype(std::declval<httplib::TaskQueue&>().enqueue(std::declval<std::function<void()>>()));

/// Threads in which an exception of httplib's own work (memory, a header that it stumbles over) ends the connection and
/// not the program.
class Tasks : public httplib::TaskQueue {
 public:
  explicit Tasks(size_t threads) : workers_(threads) {}
  Enqueued enqueue(std::function<void()> task) override {
    workers_.add([task = std::move(task)] {
      try {
        task();
      } catch (const std::exception& error) {
        warn("a request was abandoned: " + first_line(error.what()));
      }
    });
    return static_cast<Enqueued>(true);
  }
  void shutdown() override { workers_.finish(); }

 private:
  Workers workers_;
};

void answer(const HttpHandler& handler, const Request& request, Response& response) {
  const auto parameter = [&](const std::string& name) { return request.get_param_value(name.c_str()); };
  const auto header = [&](const std::string& name) { return request.get_header_value(name.c_str()); };
  const HttpAnswer answer = handler(
      {.path = request.path, .method = request.method, .token = parameter("token"), .header = header}, parameter);
  response.status = answer.status;
  for (const auto& [name, value] : answer.headers) response.set_header(name.c_str(), value);
  response.set_content(answer.body, answer.type);
}

}  // namespace

struct HttpServer::Inside {
  httplib::Server server;
  std::atomic<bool> has_ended = false;
  std::thread listener;
};

HttpServer::HttpServer(const std::string& socket, size_t threads, HttpHandler handler)
    : inside_(std::make_unique<Inside>()) {
  httplib::Server& server = inside_->server;
  server.set_address_family(AF_UNIX);
  server.set_socket_options([](socket_t) {});  // its own are for TCP
  server.set_keep_alive_max_count(1);
  server.set_payload_max_length(1024);
  server.new_task_queue = [threads] { return new Tasks(threads); };
  server.set_pre_routing_handler([handler = std::move(handler)](const Request& request, Response& response) {
    answer(handler, request, response);
    return httplib::Server::HandlerResponse::Handled;
  });
  constexpr int kAnyPort = 1;  // which has no meaning here
  if (!server.bind_to_port(socket.c_str(), kAnyPort)) throw Error("cannot listen to a socket within this process");
  inside_->listener = start_thread([inside = inside_.get()] {
    try {
      inside->server.listen_after_bind();
    } catch (const std::exception& error) {
      warn("the page is not served any more: " + first_line(error.what()));
    }
    inside->has_ended = true;
  });
}

HttpServer::~HttpServer() {
  // stop() does nothing before it runs.
  while (is_serving() && !inside_->server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  inside_->server.stop();
  inside_->listener.join();
}

bool HttpServer::is_serving() const { return !inside_->has_ended; }

}  // namespace dcgan
