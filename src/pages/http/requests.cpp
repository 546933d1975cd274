#include "pages/http/requests.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "core/error.hpp"
#include "core/platform/io/listener.hpp"
#include "core/platform/io/secret.hpp"
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

std::string in_address(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

double number_in(const Query& query, const std::string& name, double low, double high, double otherwise) {
  const std::string text = query(name);
  return text.empty() ? otherwise : parsed(text, name, low, high);
}

int64_t whole_in(const Query& query, const std::string& name, int64_t low, int64_t high) {
  return parsed(query(name), name, low, high);
}

bool is_own_host(const std::string& host, const Door& door) {
  const size_t colon = host.ends_with(']') ? std::string::npos : host.rfind(':');
  std::string name = host.substr(0, colon);
  if (is_loopback(door.host)) {
    const std::string end = door.port == 80 ? "" : ":" + std::to_string(door.port);  // browsers leave :80 out
    return host == "127.0.0.1" + end || host == "localhost" + end || host == in_address(door.host) + end;
  }
  const std::string port = colon == std::string::npos ? "80" : host.substr(colon + 1);
  const bool is_port = !port.empty() && port.find_first_not_of("0123456789") == std::string::npos;
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  return is_port && (name == "localhost" || is_address(name));
}

bool is_own_origin(const std::string& origin, const std::string& host) {
  return origin.empty() || origin == "http://" + host;
}

std::string cookie_name(const std::string& host) {
  const size_t colon = host.ends_with(']') ? std::string::npos : host.rfind(':');
  return "dcgan-" + (colon == std::string::npos ? "80" : host.substr(colon + 1));
}

std::string cookie_of(const std::string& header, const std::string& name) {
  for (size_t begin = 0; begin < header.size();) {
    const size_t end = std::min(header.find(';', begin), header.size());
    const std::string_view one = std::string_view(header).substr(begin, end - begin);
    const size_t start = std::min(one.find_first_not_of(' '), one.size());
    if (one.substr(start).starts_with(name + "=")) return std::string(one.substr(start + name.size() + 1));
    begin = end + 1;
  }
  return "";
}

bool shows_a_word(const Visitor& visitor) {
  return !visitor.token.empty() || !cookie_of(visitor.header("Cookie"), cookie_name(visitor.header("Host"))).empty();
}

bool shows_the_word(const Visitor& visitor, const Door& door) {
  const std::string cookie = cookie_of(visitor.header("Cookie"), cookie_name(visitor.header("Host")));
  return is_same_secret(visitor.token, door.token) || is_same_secret(cookie, door.cookie);
}

std::optional<Refusal> refusal_of(const Visitor& visitor, const Door& door) {
  // Browsers say who asks: an image of this server within another page sends no Origin.
  const std::string site = visitor.header("Sec-Fetch-Site"), host = visitor.header("Host");
  const bool is_of_another_page = !site.empty() && site != "same-origin" && site != "none" &&
                                  !(visitor.path == "/" && visitor.header("Sec-Fetch-Mode") == "navigate");
  const std::string at = std::to_string(door.port);
  if (!is_own_host(host, door) || !is_own_origin(visitor.header("Origin"), host) || is_of_another_page)
    return Refusal{
        403, is_loopback(door.host) ? "this page is for 127.0.0.1 alone" : "this page is for its own address alone",
        "open the address that `dcgan serve` printed; from another machine: ssh -L " + at + ":127.0.0.1:" + at +
            " HOST"};
  // The page's own files are no secret, nor that it is there.
  const bool is_open = visitor.path != "/" && !visitor.path.starts_with("/api/");
  if (!door.token.empty() && !is_open && !shows_the_word(visitor, door))
    return Refusal{403, "the token is missing or wrong", "open the address that `dcgan serve` printed"};
  // httplib joins any number of them in memory.
  if (!visitor.header("Range").empty()) return Refusal{416, "parts are not served", "ask for the whole"};
  if (visitor.method != "GET" && visitor.method != "HEAD") return Refusal{405, "only GET is answered", ""};
  return std::nullopt;
}

}  // namespace dcgan
