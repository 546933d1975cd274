#include "telemetry/console.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/platform/machine.hpp"
#include "core/text.hpp"
#include "telemetry/half_blocks.hpp"

namespace dcgan {
namespace {
constexpr auto kRedraw = std::chrono::milliseconds(250);
constexpr auto kPlainLine = std::chrono::seconds(10);
}  // namespace

std::string fitted_line(std::vector<LinePart> parts, size_t columns) {
  const auto line = [&] {
    std::string text;
    for (const auto& part : parts) text += part.text;
    return text;
  };
  const auto by_rank = [](const LinePart& a, const LinePart& b) { return a.rank < b.rank; };
  while (line().size() > columns) {
    const int last = std::max_element(parts.begin(), parts.end(), by_rank)->rank;
    if (last == 0) break;
    std::erase_if(parts, [&](const LinePart& part) { return part.rank == last; });
  }
  return line().substr(0, columns);
}

Console::Console(bool json, Goal goal, bool quiet)
    : quiet_(quiet), json_(json), terminal_(stderr_is_terminal() && (json || stdout_is_terminal())), goal_(goal) {
  sink_before_ = set_log_sink([this](const std::string& line) {
    if (quiet_) return;
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

std::string Console::progress(int64_t images, double seconds, size_t columns) const {
  const double rate =
      last_ ? last_->images_per_second : (images - first_images_) / std::max(1e-9, seconds - first_seconds_);
  double left = -1, share = -1;
  if (goal_.images) {
    share = static_cast<double>(images) / static_cast<double>(*goal_.images);
    if (rate > 0) left = static_cast<double>(*goal_.images - images) / rate;
  }
  if (goal_.seconds) {
    share = seconds / *goal_.seconds;
    left = std::max(0.0, *goal_.seconds - seconds);
  }
  std::vector<LinePart> parts = {{0, with_commas(images)}};
  const auto add = [&](int rank, const std::string& text) { parts.push_back({rank, text}); };
  if (goal_.images) add(3, " of " + with_commas(*goal_.images));
  add(0, " images");
  if (share >= 0) add(6, " (" + fixed_text(std::min(100.0, 100 * share), 0) + "%)");
  if (rate > 0) add(2, "  " + fixed_text(rate, rate < 100 ? 1 : 0) + "/s");
  if (left >= 0) add(1, "  left " + duration_text(left));
  if (last_) {
    add(5, "  loss D " + fixed_text(last_->loss_d_real + last_->loss_d_fake, 3) + " G " + fixed_text(last_->loss_g, 3));
    add(4, "  D(x) " + fixed_text(last_->d_real, 2) + " D(G(z)) " + fixed_text(last_->d_fake_before, 2) + ">" +
               fixed_text(last_->d_fake_after, 2));
    if (const auto& all = last_->evaluated; !all.empty() && !std::isnan(all.front().second))
      add(1, "  " + all.front().first + " " + fixed_text(all.front().second, 4));
    add(0, "  game " + last_->verdict);
    if (!last_->pictures.empty()) add(0, "  pictures " + last_->pictures);
  }
  return fitted_line(std::move(parts), columns);
}

void Console::step(int64_t images, double seconds) {
  if (quiet_) return;
  const std::lock_guard lock(mutex_);
  if (first_images_ < 0) {
    first_images_ = images, first_seconds_ = seconds;
    next_draw_ = terminal_ ? Clock::now() : Clock::now() + kPlainLine;
    return;
  }
  if (Clock::now() < next_draw_) return;
  next_draw_ = Clock::now() + (terminal_ ? kRedraw : kPlainLine);
  // One column is left free: a line that wraps could not be rewritten.
  if (terminal_)
    draw(progress(images, seconds, static_cast<size_t>(std::max(20, terminal_columns() - 1))));
  else if (!json_)
    say(progress(images, seconds, std::string::npos));
}

void Console::record(const Record& record, double) {
  if (quiet_) return;
  const std::lock_guard lock(mutex_);
  last_ = record;
  if (!json_) return;
  std::printf("%s\n", compact(to_json(record)).c_str());
  std::fflush(stdout);
}

void Console::event(const std::string& line, const Json& object) {
  if (quiet_) return;
  const std::lock_guard lock(mutex_);
  clear();
  if (last_ && object.value("event", "") == "eval")
    for (auto& [name, value] : last_->evaluated)
      if (object.contains(name) && object[name].is_number()) value = object[name];
  if (last_ && object.value("event", "") == "eval") last_->pictures = object.value("pictures", "");
  if (!json_) return say(printable(line));
  std::fprintf(stderr, "%s\n", printable(line).c_str());
  std::printf("%s\n", compact_ascii(object).c_str());
  std::fflush(stdout);
}

void Console::show(const Image& picture) {
  if (quiet_ || json_ || !terminal_ || !environment("NO_COLOR").empty() || environment("TERM") == "dumb") return;
  constexpr int kWidest = 96;  // so that it and some lines are on one screen
  const std::string colours = environment("COLORTERM");
  const std::lock_guard lock(mutex_);
  clear();
  std::fputs(
      half_blocks(picture, std::min(kWidest, terminal_columns() - 1), colours == "truecolor" || colours == "24bit")
          .c_str(),
      stdout);
  std::fflush(stdout);
}

void Console::draw(const std::string& line) {
  std::fprintf(stderr, "\r%s\x1b[K", line.c_str());  // one write, so that it does not flicker
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
