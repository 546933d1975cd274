#include "pages/http/entry.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "core/error.hpp"
#include "core/io/digest.hpp"
#include "core/json.hpp"
#include "core/platform/io/listener.hpp"
#include "core/platform/io/secret.hpp"
#include "core/platform/io/user_folder.hpp"

namespace dcgan {
namespace {

constexpr char kFile[] = "serve-token";
constexpr size_t kBytes = 24;  // 192 bits
constexpr int kWrongAtOnce = 4;
constexpr auto kWrongIsHeld = std::chrono::milliseconds(500);

bool is_whole(const std::string& word) {
  return word.size() == 2 * kBytes && word.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// Browsers send a cookie to all ports of a machine. Another server there that it is sent to learns what opens this one
/// on this port, and not the token.
std::string cookie_for(const Token& token, int port) {
  if (token.word.empty()) return "";
  // A chosen word could be found by trying which one makes this.
  const std::string salt = token.is_chosen ? random_word(kBytes) : "";
  return sha256_hex("dcgan serve\n" + salt + "\n" + std::to_string(port) + "\n" + token.word);
}

HttpAnswer refused(const Refusal& refusal, bool is_page) {
  if (is_page) return {refusal.status, refusal.what + ": " + refusal.hint + "\n", "text/plain; charset=utf-8"};
  return {refusal.status, compact({{"error", refusal.what}, {"hint", refusal.hint}})};
}

}  // namespace

Token users_token() {
  try {
    std::string word = read_user_file(kFile);
    while (word.ends_with('\n')) word.pop_back();
    if (!is_whole(word)) {
      write_user_file(kFile, random_word(kBytes) + "\n");
      word = read_user_file(kFile).substr(0, 2 * kBytes);  // another server may have written its own just now
    }
    return {.word = word, .is_kept = true};
  } catch (const Error& error) {
    return {.word = random_word(kBytes), .remark = error.what()};
  }
}

Token chosen_token(const std::string& word) {
  const auto is_plain = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  if (word.empty() || !std::all_of(word.begin(), word.end(), is_plain))
    throw UsageError("--token must be letters, digits, - and _ alone",
                     "leave it out: then one is made that nobody guesses");
  return {.word = word, .is_chosen = true};
}

Entry::Entry(Token token, std::string host, int port)
    : token_(std::move(token)), door_{std::move(host), port, token_.word, cookie_for(token_, port)} {}

std::string Entry::address() const {
  const std::string host = is_any_address(door_.host) ? "127.0.0.1" : in_address(door_.host);
  return "http://" + host + ":" + std::to_string(door_.port) + "/" +
         (token_.word.empty() ? "" : "?token=" + token_.word);
}

std::optional<HttpAnswer> Entry::instead_of(const Visitor& visitor) {
  const bool is_page = visitor.path == "/", is_wanted = !token_.word.empty(), shows_one = shows_a_word(visitor);
  if (is_wanted && token_.is_chosen && shows_one && wrong_ >= kWrongAtOnce)
    return refused({429, "too many wrong tokens at once", "wait a moment, and ask again"}, is_page);
  const auto refusal = refusal_of(visitor, door_);
  if (refusal && is_wanted && shows_one && !shows_the_word(visitor, door_)) {
    if (++wrong_ <= kWrongAtOnce) std::this_thread::sleep_for(kWrongIsHeld);
    --wrong_;
  }
  const std::string site = visitor.header("Sec-Fetch-Site");
  if (refusal && refusal->status == 403 && is_wanted && is_page && !shows_one && visitor.method == "GET" &&
      (site == "cross-site" || site == "same-site") && visitor.header("Sec-Fetch-Mode") == "navigate" &&
      is_own_host(visitor.header("Host"), door_))
    // Who follows a link of another page brings no cookie (SameSite=Strict): let the page itself ask.
    return HttpAnswer{200, "<!doctype html><meta http-equiv=\"refresh\" content=\"0;url=/\"><title>dcgan</title>\n",
                      "text/html; charset=utf-8"};
  if (refusal) return refused(*refusal, is_page);
  if (!is_wanted || !is_page || visitor.token.empty()) return std::nullopt;
  // From here on the cookie speaks for the browser, and the token leaves the address bar.
  const std::string age = token_.is_kept ? "; Max-Age=31536000" : "";  // the token is the same when we begin again
  return HttpAnswer{303,
                    "",
                    "text/plain",
                    {{"Location", "/"},
                     {"Set-Cookie", cookie_name(visitor.header("Host")) + "=" + door_.cookie +
                                        "; HttpOnly; SameSite=Strict; Path=/" + age}}};
}

}  // namespace dcgan
