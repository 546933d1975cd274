#include "dist/timed_store.hpp"

#include <exception>
#include <utility>

#include "core/platform/thread.hpp"

namespace dcgan {

/// What outlives this object where a call does not come back.
struct TimedStore::Shared {
  struct Call {
    std::function<void(const Store&)> work;
    std::exception_ptr problem;
    bool is_done = false;
  };

  void live() {
    for (std::unique_lock lock(mutex);;) {
      changed.wait(lock, [this] { return ends || !calls.empty(); });
      if (ends) return;
      const auto next = calls.front();
      calls.pop();
      lock.unlock();
      try {
        next->work(store);
      } catch (...) {
        next->problem = std::current_exception();
      }
      next->work = nullptr;
      lock.lock();
      next->is_done = true;
      changed.notify_all();
    }
  }

  Store store;
  std::mutex mutex;  // of what follows
  std::condition_variable changed;
  std::queue<std::shared_ptr<Call>> calls;
  bool ends = false, is_stuck = false;
};

TimedStore::TimedStore(Store store, std::chrono::milliseconds timeout)
    : shared_(std::make_shared<Shared>()), timeout_(timeout) {
  shared_->store = std::move(store);
  thread_ = start_thread([shared = shared_] { shared->live(); });
}

TimedStore::~TimedStore() {
  bool is_stuck = false;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->ends = true, is_stuck = shared_->is_stuck;
  }
  shared_->changed.notify_all();
  is_stuck ? thread_.detach() : thread_.join();
}

void TimedStore::call(std::function<void(const Store&)> work) {
  const auto own = std::make_shared<Shared::Call>();
  own->work = std::move(work);
  std::unique_lock lock(shared_->mutex);
  if (shared_->is_stuck) throw NoAnswer();
  shared_->calls.push(own);
  shared_->changed.notify_all();
  if (!shared_->changed.wait_for(lock, timeout_, [&] { return own->is_done || shared_->is_stuck; }))
    shared_->is_stuck = true, shared_->changed.notify_all();
  if (!own->is_done) throw NoAnswer();
  if (own->problem) std::rethrow_exception(own->problem);
}

void TimedStore::set(const std::string& key, const std::string& value) {
  call([=](const Store& store) { store->set(key, value); });
}

std::string TimedStore::get(const std::string& key) {
  const auto out = std::make_shared<std::string>();
  call([=](const Store& store) {
    try {
      if (store->check({key})) *out = store->get_to_str(key);
    } catch (const Forged&) {  // who ought to have written it may do so yet
    }
  });
  return *out;
}

int64_t TimedStore::add(const std::string& key, int64_t count) {
  const auto out = std::make_shared<int64_t>();
  call([=](const Store& store) { *out = store->add(key, count); });
  return *out;
}

std::string TimedStore::set_first(const std::string& key, const std::string& value) {
  const auto out = std::make_shared<std::string>();
  call([=](const Store& store) { *out = store->compareSet(key, "", value); });
  return *out;
}

}  // namespace dcgan
