#include "dist/heartbeat.hpp"

#include <chrono>
#include <set>
#include <utility>

#include "core/platform/thread.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kBeat = 500ms;
const std::string kEnd = "end";  // of the first rank that failed: what it said

std::string beat_of(int rank) { return "beat/" + std::to_string(rank); }
std::string is_done_of(int rank) { return "done/" + std::to_string(rank); }  // set when it needs the store no more

std::string has_gone(int rank) { return "rank " + std::to_string(rank) + " has gone"; }

/// Whoever reaches the store may have written it.
std::string shown_message(const std::string& said) {
  constexpr size_t kMost = 2000;
  return printable(said.size() > kMost ? said.substr(0, kMost) + "..." : said);
}

/// Of whoever keeps the store, when it does not answer.
const std::string kNobodyAnswers = "rank 0, or what keeps the ranks' store for it, has gone or is cut off";

}  // namespace

Heartbeat::Heartbeat(TimedStore::Store store, int rank, int size, double timeout, bool keeps_store,
                     std::function<void()> on_trouble)
    : store_(std::move(store), std::chrono::milliseconds(static_cast<int64_t>(1000 * timeout))),
      rank_(rank),
      size_(size),
      timeout_(timeout),
      keeps_store_(keeps_store),
      on_trouble_(std::move(on_trouble)),
      thread_(start_thread([this] { live(); })) {}

Heartbeat::~Heartbeat() {
  try {
    keeps_store_ ? wait_for_others() : store_.set(is_done_of(rank_), "yes");
  } catch (const std::exception&) {  // the store itself has gone: there is nobody left to wait for
  }
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Heartbeat::live() {
  const int watched = (rank_ + 1) % size_;
  int64_t last = -1;
  auto changed = Clock::now();
  std::unique_lock lock(mutex_);
  while (!ends_) {
    lock.unlock();
    try {
      store_.add(beat_of(rank_), 1);
      read_the_end();
      const int64_t now = store_.add(beat_of(watched), 0);  // 0 before it has come
      if (now != last || now == 0) last = now, changed = Clock::now();
    } catch (const std::exception&) {  // whatever c10d throws: its connection is broken
      note(kNobodyAnswers);
    }
    const std::chrono::duration<double> silent = Clock::now() - changed;
    if (silent.count() > timeout_)
      give_up("rank " + std::to_string(watched) + " has given no sign of life for " +
              counted(static_cast<int64_t>(timeout_), "second"));
    lock.lock();
    wake_.wait_for(lock, kBeat, [this] { return ends_; });
  }
}

void Heartbeat::note(const std::string& trouble) {
  {
    const std::lock_guard lock(mutex_);
    if (!trouble_.empty()) return;
    trouble_ = trouble;
  }
  on_trouble_();
}

std::string Heartbeat::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void Heartbeat::read_the_end() {
  const std::string said = store_.get(kEnd);
  if (said.empty()) return;
  note(shown_message(said));
  store_.set(is_done_of(rank_), "yes");
}

std::map<int, int64_t> Heartbeat::beats() {
  std::map<int, int64_t> all;
  for (int rank = 0; rank < size_; ++rank) all[rank] = store_.add(beat_of(rank), 0);
  return all;
}

void Heartbeat::give_up(const std::string& why) {
  try {
    note(shown_message(store_.set_first(kEnd, why)));
  } catch (const std::exception&) {
    note(kNobodyAnswers);
  }
}

std::string Heartbeat::blame() {
  try {
    const auto before = beats();
    for (int i = 0; i < 6; ++i) {  // who ended with an error has said so by then
      if (const std::string known = trouble(); !known.empty()) return known;
      std::this_thread::sleep_for(kBeat);
    }
    const auto after = beats();
    for (int rank = 0; rank < size_; ++rank)
      if (rank != rank_ && before.at(rank) == after.at(rank)) {
        give_up(has_gone(rank));
        return trouble();
      }
  } catch (const std::exception&) {
    note(kNobodyAnswers);
  }
  return trouble();
}

void Heartbeat::wait_for_others() {
  const auto end = Clock::now() + std::chrono::duration<double>(timeout_);
  std::set<int> gone = {rank_};
  auto before = beats();
  for (auto since = Clock::now(); Clock::now() < end; std::this_thread::sleep_for(20ms)) {
    bool is_alone = true;
    for (int rank = 0; rank < size_; ++rank)
      is_alone = is_alone && (gone.contains(rank) || !store_.get(is_done_of(rank)).empty());
    if (is_alone) return;
    if (Clock::now() - since < 3 * kBeat) continue;
    since = Clock::now();
    const auto now = beats();
    for (const auto& [rank, count] : now)
      if (count == before.at(rank)) gone.insert(rank);
    before = now;
  }
}

}  // namespace dcgan
