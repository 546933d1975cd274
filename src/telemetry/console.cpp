#include "telemetry/console.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/platform/machine.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {
constexpr auto kRedraw = std::chrono::milliseconds(250);
constexpr auto kPlainLine = std::chrono::seconds(10);
}  // namespace

Console::Console(bool json, Goal goal)
    : json_(json), terminal_(stderr_is_terminal() && (json || stdout_is_terminal())), goal_(goal) {
  sink_before_ = set_log_sink([this](const std::string& line) {
    const std::lock_guard lock(mutex_);
    clear();
    std::fprintf(stderr, "%s\n", line.c_str());
  });
}

Console::~Console() {
  set_log_sink(std::move(sink_before_));
  const std::lock_guard lock(mutex_);
  clear();
}

std::string Console::progress(int64_t images, double seconds) const {
  const double rate =
      last_ ? last_->images_per_second : (images - first_images_) / std::max(1e-9, seconds - first_seconds_);
  std::string line = with_commas(images);
  double left = -1, share = -1;
  if (goal_.images) {
    line += " of " + with_commas(*goal_.images);
    share = static_cast<double>(images) / static_cast<double>(*goal_.images);
    if (rate > 0) left = static_cast<double>(*goal_.images - images) / rate;
  }
  if (goal_.seconds) {
    share = seconds / *goal_.seconds;
    left = std::max(0.0, *goal_.seconds - seconds);
  }
  line += " images";
  if (share >= 0) line += " (" + fixed_text(std::min(100.0, 100 * share), 0) + "%)";
  if (rate > 0) line += "  " + fixed_text(rate, rate < 100 ? 1 : 0) + "/s";
  if (left >= 0) line += "  left " + duration_text(left);
  if (last_) {
    line += "  loss D " + fixed_text(last_->loss_d_real + last_->loss_d_fake, 3) + " G " + fixed_text(last_->loss_g, 3);
    line += "  D(x) " + fixed_text(last_->d_real, 2) + " D(G(z)) " + fixed_text(last_->d_fake_before, 2) + ">" +
            fixed_text(last_->d_fake_after, 2);
    if (!std::isnan(last_->kid)) line += "  kid " + fixed_text(last_->kid, 4);
    line += "  " + last_->verdict;
  }
  return line;
}

void Console::step(int64_t images, double seconds) {
  const std::lock_guard lock(mutex_);
  if (first_images_ < 0) {
    first_images_ = images, first_seconds_ = seconds;
    next_draw_ = terminal_ ? Clock::now() : Clock::now() + kPlainLine;
    return;
  }
  if (Clock::now() < next_draw_) return;
  next_draw_ = Clock::now() + (terminal_ ? kRedraw : kPlainLine);
  const std::string line = progress(images, seconds);
  if (terminal_)
    draw(line);
  else if (!json_)
    say(line);
}

void Console::record(const Record& record, double) {
  const std::lock_guard lock(mutex_);
  last_ = record;
  if (!json_) return;
  std::printf("%s\n", compact(to_json(record)).c_str());
  std::fflush(stdout);
}

void Console::event(const std::string& line, const Json& object) {
  const std::lock_guard lock(mutex_);
  clear();
  if (!json_) return say(line);
  std::fprintf(stderr, "%s\n", line.c_str());
  std::printf("%s\n", compact(object).c_str());
  std::fflush(stdout);
}

void Console::draw(const std::string& line) {
  // Cut to the width: a line that wraps could not be rewritten. One write, so that it does not flicker.
  const auto columns = static_cast<size_t>(std::max(20, terminal_columns() - 1));
  std::fprintf(stderr, "\r%s\x1b[K", line.substr(0, columns).c_str());
  std::fflush(stderr);
  drawn_ = true;
}

void Console::clear() {
  if (drawn_) std::fprintf(stderr, "\r\x1b[K");
  drawn_ = false;
}

void Console::say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

}  // namespace dcgan
