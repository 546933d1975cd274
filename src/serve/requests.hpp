// What a browser may ask for, from the words of its address, and who may ask. Neither httplib nor torch.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace dcgan {

/// The value of a name in the address; "" where it is not there.
using Query = std::function<std::string(const std::string& name)>;

/// Throw UsageError naming what is wrong with it.
double number_in(const Query& query, const std::string& name, double low, double high, double otherwise);
int64_t whole_in(const Query& query, const std::string& name, int64_t low, int64_t high);

/// "localhost:8080" or "127.0.0.1:8080": a browser that came by another name may have been sent by another page.
bool is_own_host(const std::string& host, int port);
/// None, or of the page itself.
bool is_own_origin(const std::string& origin, int port);

/// What is known of who asks.
struct Visitor {
  std::string path, method, token;
  std::function<std::string(const std::string& name)> header;  // "": not there
};
struct Refusal {
  int status = 0;  // of HTTP
  std::string what, hint;
};
/// Why it is not answered, if it is not: another host, another page, a wrong `token` ("": none is wanted), a part of a
/// file, a method that would change something.
std::optional<Refusal> refusal_of(const Visitor& visitor, int port, const std::string& token);

}  // namespace dcgan
