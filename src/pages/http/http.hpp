// The one door to cpp-httplib: it reads a request and writes an answer; who asks and what is answered is decided by
// others. Only what its versions 0.11 to 0.18 have in public is used. No torch.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pages/http/requests.hpp"

namespace dcgan {

struct HttpAnswer {
  int status = 200;
  std::string body, type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
};
/// Called by several threads at once. What it throws is answered with status 500.
using HttpHandler = std::function<HttpAnswer(const Visitor&, const Query&)>;

/// Listens in this process alone: see PrivateSocket.
class HttpServer {
 public:
  /// Listens at `socket` (AF_UNIX) from now on. `threads`: requests at once. Throws Error when it cannot.
  HttpServer(const std::string& socket, size_t threads, HttpHandler handler);
  /// Waits for those that are being answered.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  /// False when it has ended by itself.
  bool is_serving() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace dcgan
