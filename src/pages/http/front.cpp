#include "pages/http/front.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/platform/thread.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr auto kLongestAnswer = std::chrono::minutes(10);  // until the library has made it
constexpr std::string_view kEnd = "\r\n\r\n";
constexpr std::string_view kTooLarge =
    "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view kBroken = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view kNotAnswered =
    "HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// What is between the connection and us, of a body that is not read, or of no use: to pack what stays on the machine
/// takes ten times as long as to make it.
bool is_left_out(std::string_view line) {
  const std::string name = lowercase(line.substr(0, std::min(line.find(':'), line.size())));
  constexpr std::array kLeftOut = {
      "connection", "keep-alive",        "upgrade",        "expect",         "te",
      "trailer",    "transfer-encoding", "content-length", "http2-settings", "accept-encoding"};
  return std::find(kLeftOut.begin(), kLeftOut.end(), name) != kLeftOut.end();
}

}  // namespace

std::string plain_head(std::string_view head) {
  if (head.find('\0') != std::string_view::npos) return "";
  std::string out;
  for (bool is_first = true; !head.empty(); is_first = false) {
    const size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
    if (line.empty()) break;
    if (line.find_first_of("\r\n") != std::string_view::npos) return "";  // read as one line here and as two there
    if (!is_first && (line.front() == ' ' || line.front() == '\t')) return "";  // a folded header: obsolete since 2014
    if (is_first || !is_left_out(line)) out.append(line).append("\r\n");
  }
  return out.empty() ? "" : out + "Connection: close\r\n\r\n";
}

class Front::Open {
 public:
  /// `is_reading`: until stop_reading() it may be given up for another one.
  Open(Front& front, const Connection& connection, bool is_reading) : front_(front), connection_(connection) {
    const std::lock_guard lock(front_.mutex_);
    front_.open_.push_back(&connection_);
    if (is_reading) front_.reading_.push_back(&connection_), front_.make_room();
    if (front_.is_over_) connection_.break_off();
  }
  ~Open() {
    const std::lock_guard lock(front_.mutex_);
    std::erase(front_.open_, &connection_), std::erase(front_.reading_, &connection_);
  }
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;
  void stop_reading() {
    const std::lock_guard lock(front_.mutex_);
    std::erase(front_.reading_, &connection_);
  }

 private:
  Front& front_;
  const Connection& connection_;
};

Front::Front(const PrivateSocket& inner, FrontLimits limits) : inner_(inner), limits_(limits) {
  try {
    while (threads_.size() < limits_.connections) threads_.push_back(start_thread([this] { work(); }));
  } catch (const Error&) {  // fewer will do
    if (threads_.empty()) throw;
  }
}

Front::~Front() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    for (const Connection* one : open_) one->break_off();
  }
  has_changed_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Front::take(FileHandle connection) {
  constexpr size_t kMostWaiting = 256;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kMostWaiting) return;  // closed: nobody is served any faster by waiting longer
    waiting_.push_back(std::move(connection));
    make_room();
  }
  has_changed_.notify_one();
}

void Front::make_room() {
  if (waiting_.size() <= idle_ || reading_.empty()) return;
  reading_.front()->stop_reading();
  reading_.erase(reading_.begin());
}

void Front::work() {
  for (;;) {
    FileHandle connection;
    {
      std::unique_lock lock(mutex_);
      ++idle_;
      has_changed_.wait(lock, [this] { return is_over_ || !waiting_.empty(); });
      --idle_;
      if (is_over_) return;
      connection = std::move(waiting_.front());
      waiting_.pop_front();
    }
    try {
      serve(std::move(connection));
    } catch (const std::exception& error) {  // this connection ends, the others go on
      warn("a request was abandoned: " + first_line(error.what()));
    }
  }
}

/// Up to the empty line behind it; "" when it did not come.
std::string Front::read_head(Connection& client) {
  std::string head;
  std::array<char, 4096> part{};
  for (;;) {
    const ssize_t got = client.read(part.data(), std::min(part.size(), limits_.request + 1 - head.size()));
    if (got <= 0) return "";
    const size_t from = head.size() < kEnd.size() ? 0 : head.size() - kEnd.size();
    head.append(part.data(), static_cast<size_t>(got));
    if (const size_t end = head.find(kEnd, from); end != std::string::npos) return head.substr(0, end + kEnd.size());
    if (head.size() > limits_.request) return head;
  }
}

void Front::serve(FileHandle connection) {
  Connection client(std::move(connection), limits_.time, SIZE_MAX);
  Open open(*this, client, /*is_reading=*/true);
  const std::string head = read_head(client);
  open.stop_reading();
  if (head.empty()) return;
  if (head.size() > limits_.request) {
    client.write(kTooLarge);
    return;
  }
  const std::string plain = plain_head(head);
  if (plain.empty()) {
    client.write(kBroken);
    return;
  }
  Connection inner(inner_.connect(), kLongestAnswer, SIZE_MAX);
  const Open inner_open(*this, inner, /*is_reading=*/false);
  if (!inner.write(plain)) {
    client.write(kNotAnswered);
    return;
  }
  std::vector<char> part(64 << 10);
  for (ssize_t got; (got = inner.read(part.data(), part.size())) > 0;)
    if (!client.write({part.data(), static_cast<size_t>(got)})) return;
}

}  // namespace dcgan
