// What a browser may ask for, from the words of its address, and who may ask. Neither httplib nor torch.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace dcgan {

/// The value of a name in the address; "" where it is not there.
using Query = std::function<std::string(const std::string& name)>;

/// An address in numbers as a part of http://...: that of IPv6 in brackets.
std::string in_address(const std::string& host);

/// Throw UsageError naming what is wrong with it.
double number_in(const Query& query, const std::string& name, double low, double high, double otherwise);
int64_t whole_in(const Query& query, const std::string& name, int64_t low, int64_t high);

/// What is known of who asks.
struct Visitor {
  std::string path, method, token;                             // token: of the address
  std::function<std::string(const std::string& name)> header;  // "": not there
};
struct Refusal {
  int status = 0;  // of HTTP
  std::string what, hint;
};

/// Where the page is listened to, and the word that opens it.
struct Door {
  std::string host = "127.0.0.1";  // or another address in numbers
  int port = 0;
  std::string token = {};   // "": none is wanted
  std::string cookie = {};  // what a browser is given once it has shown the token: "" where none is wanted
};

/// Whether a browser that came by this name, "localhost:8080", may have been meant to come here. Where this machine
/// alone is listened to only its own names will do: by another one a browser may have been sent by another page.
/// Elsewhere any address in numbers, and any port, since containers and routers change them.
bool is_own_host(const std::string& host, const Door& door);
/// None, or of the page itself, which was asked for as `host`.
bool is_own_origin(const std::string& origin, const std::string& host);

/// By the port that the browser knows, so that two servers do not disturb one another.
std::string cookie_name(const std::string& host);
/// The value of a cookie in the header of that name; "" where it is not there.
std::string cookie_of(const std::string& header, const std::string& name);

/// Whether a token or a cookie was shown, right or wrong; and whether one of them is right.
bool shows_a_word(const Visitor& visitor);
bool shows_the_word(const Visitor& visitor, const Door& door);

/// Why it is not answered, if it is not: another host, another page, no right token or cookie, a part of a file, a
/// method that would change something.
std::optional<Refusal> refusal_of(const Visitor& visitor, const Door& door);

}  // namespace dcgan
