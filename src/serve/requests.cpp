#include "serve/requests.hpp"

#include <charconv>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

template <class Number>
Number parsed(const std::string& text, const std::string& name, Number low, Number high) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || stop != end || error != std::errc() || !(number >= low && number <= high))
    throw UsageError(name + " is '" + printable(text) + "'", "allowed: " + number_text(static_cast<double>(low)) +
                                                                 " to " + number_text(static_cast<double>(high)));
  return number;
}

}  // namespace

double number_in(const Query& query, const std::string& name, double low, double high, double otherwise) {
  const std::string text = query(name);
  return text.empty() ? otherwise : parsed(text, name, low, high);
}

int64_t whole_in(const Query& query, const std::string& name, int64_t low, int64_t high) {
  return parsed(query(name), name, low, high);
}

bool is_own_host(const std::string& host, int port) {
  const std::string end = port == 80 ? "" : ":" + std::to_string(port);  // browsers leave :80 out
  return host == "127.0.0.1" + end || host == "localhost" + end;
}

bool is_own_origin(const std::string& origin, int port) {
  constexpr std::string_view kScheme = "http://";
  return origin.empty() || (origin.starts_with(kScheme) && is_own_host(origin.substr(kScheme.size()), port));
}

std::optional<Refusal> refusal_of(const Visitor& visitor, int port, const std::string& token) {
  // Browsers say who asks: an image of this server within another page sends no Origin.
  const std::string site = visitor.header("Sec-Fetch-Site");
  const bool is_of_another_page = !site.empty() && site != "same-origin" && site != "none" &&
                                  !(visitor.path == "/" && visitor.header("Sec-Fetch-Mode") == "navigate");
  const std::string at = std::to_string(port);
  if (!is_own_host(visitor.header("Host"), port) || !is_own_origin(visitor.header("Origin"), port) ||
      is_of_another_page)
    return Refusal{
        403, "this page is for 127.0.0.1 alone",
        "open http://127.0.0.1:" + at + "/; from another machine: ssh -L " + at + ":127.0.0.1:" + at + " HOST"};
  // The page's own files are no secret.
  const bool is_open = visitor.path != "/" && !visitor.path.starts_with("/api/");
  if (!token.empty() && !is_open && visitor.token != token)
    return Refusal{403, "the token is missing or wrong", "open the address that `dcgan serve` printed"};
  // httplib joins any number of them in memory.
  if (!visitor.header("Range").empty()) return Refusal{416, "parts are not served", "ask for the whole"};
  if (visitor.method != "GET" && visitor.method != "HEAD") return Refusal{405, "only GET is answered", ""};
  return std::nullopt;
}

}  // namespace dcgan
