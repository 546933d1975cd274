#include "dist/group.hpp"

#include <c10/util/Flags.h>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <chrono>
#include <mutex>
#include <optional>
#include <utility>

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/platform/machine.hpp"
#include "core/platform/network.hpp"
#include "core/platform/thread.hpp"
#include "core/text.hpp"
#include "dist/backend.hpp"
#include "dist/heartbeat.hpp"
#include "dist/sealed_store.hpp"

C10_DECLARE_int(caffe2_log_level);

namespace dcgan {
namespace {

/// c10d tells of every try to connect, with its stack. Errors say what matters.
void quieten_c10d() {
  constexpr int kFatal = 3;
  if (environment("TORCH_CPP_LOG_LEVEL").empty()) FLAGS_caffe2_log_level = kFatal;
}

using StorePtr = c10::intrusive_ptr<c10d::Store>;
using std::chrono::milliseconds;

class Alone : public Group {
 public:
  int64_t rank() const override { return 0; }
  int64_t size() const override { return 1; }
  std::unique_ptr<Exchange> begin_sum(const at::Tensor&) override { return std::make_unique<Done>(); }
  void share(const at::Tensor&) override {}
  std::vector<std::string> gather(const std::string& text, const std::string&, Patience) override { return {text}; }
  std::string share(const std::string& text, const std::string&, Patience) override { return text; }
  void check() const override {}
  void give_up(const std::string&) override {}

 private:
  struct Done : Exchange {
    void wait() override {}
  };
};

milliseconds to_milliseconds(double seconds) { return milliseconds(static_cast<int64_t>(seconds * 1000)); }

/// c10d's messages go on for pages.
std::string first_line(const std::exception& error) {
  const std::string text = error.what();
  return printable(text.substr(0, text.find('\n')));
}

/// Where the store listens: the network of MASTER_ADDR alone. c10d by itself would listen on every one.
std::optional<int> store_socket(const Launch& launch, const std::string& place) {
  const bool all_are_here = launch.local_size >= launch.size;
  const auto socket = listen_at(launch.address, launch.port, all_are_here);
  if (!socket)
    warn("the ranks' store at " + place + " listens on every network of this machine: " +
         (all_are_here ? "MASTER_ADDR is not one of its addresses"
                       : "MASTER_ADDR is here an address that other machines do not reach"));
  return socket;
}

StorePtr open_store(const Launch& launch, bool keeps, milliseconds timeout, const Seal& seal) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(launch.port);
  options.isServer = keeps;
  options.waitWorkers = false;
  options.timeout = timeout;
  const std::string place = printable(launch.address) + ":" + std::to_string(launch.port);
  check_threads(2, "the ranks' store");
  try {
    if (keeps) options.masterListenFd = store_socket(launch, place);
    StorePtr store = c10::make_intrusive<c10d::TCPStore>(launch.address, options);
    // A name of its own for each attempt: torchrun's agent keeps what an earlier one has left.
    return c10::make_intrusive<SealedStore>("dcgan/" + std::to_string(launch.attempt), store, seal);
  } catch (const std::exception& error) {
    if (keeps)
      throw Error("rank 0 cannot open the ranks' store at " + place + ": " + first_line(error),
                  "the port may be in use: choose another MASTER_PORT, the same for all");
    throw Error("rank " + std::to_string(launch.rank) + " does not reach the ranks' store at " + place,
                "does rank 0 run there? check MASTER_ADDR and MASTER_PORT, and the network between");
  }
}

bool keeps_store(const Launch& launch) { return launch.rank == 0 && !launch.launcher_keeps_store; }

class Several : public Group {
  static constexpr char kThere[] = "=";  // before every text: an empty one is there too
  static constexpr char kGoOn[] = "its own messages say more; the last checkpoint is whole: go on with --resume";

 public:
  Several(const Launch& launch, const at::Device& device, const GroupOptions& options, const Seal& seal)
      : launch_(launch),
        timeout_(to_milliseconds(options.timeout)),
        store_(open_store(launch, keeps_store(launch), timeout_, seal), timeout_),
        heartbeat_(open_store(launch, false, timeout_, seal), launch.rank, launch.size, options.timeout,
                   keeps_store(launch), [this] { gpu_.break_off(); }) {
    gather("", "the start", Patience::kTimeout);  // names who has not come; c10d does not
    guarded("meeting the others", [&] {
      struct Met {
        c10::intrusive_ptr<c10d::Backend> cpu, gpu;
      };
      const auto met = std::make_shared<Met>();
      store_.call([met, launch, device, timeout = timeout_](const StorePtr& store) {
        met->cpu = make_cpu_backend(store, launch.rank, launch.size, launch.address, launch.port, timeout);
        if (device.is_cuda()) met->gpu = make_gpu_backend(store, launch.rank, launch.size, timeout);
      });
      cpu_ = met->cpu;
      if (met->gpu) gpu_.set(met->gpu);
      return 0;
    });
  }

  ~Several() override {
    if (heartbeat_.trouble().empty()) gpu_.end();
  }

  int64_t rank() const override { return launch_.rank; }
  int64_t size() const override { return launch_.size; }

  std::unique_ptr<Exchange> begin_sum(const at::Tensor& values) override {
    return guarded("a sum over the ranks", [&] {
      std::vector<at::Tensor> tensors = {values};
      return std::make_unique<Begun>(*this, backend_of(values).allreduce(tensors), values.is_cuda());
    });
  }

  void share(const at::Tensor& values) override {
    guarded("a broadcast", [&] {
      std::vector<at::Tensor> tensors = {values};
      finish(*backend_of(values).broadcast(tensors), values.is_cuda());
      return 0;
    });
  }

  std::vector<std::string> gather(const std::string& text, const std::string& what, Patience patience) override {
    const std::string place = "gathered/" + std::to_string(exchanges_++) + "/";
    return guarded(what, [&] {
      store_.set(place + std::to_string(rank()), kThere + text);
      std::vector<std::string> all;
      for (int64_t other = 0; other < size(); ++other) all.push_back(text_of(place, other, what, patience));
      return all;
    });
  }

  std::string share(const std::string& text, const std::string& what, Patience patience) override {
    const std::string place = "shared/" + std::to_string(exchanges_++) + "/";
    return guarded(what, [&] {
      if (is_first()) store_.set(place + "0", kThere + text);
      return text_of(place, 0, what, patience);
    });
  }

  void check() const override {
    if (const std::string known = heartbeat_.trouble(); !known.empty()) throw Error(noticed(known, "a step"), kGoOn);
  }

  void give_up(const std::string& why) override {
    heartbeat_.give_up("rank " + std::to_string(rank()) + " ended: " + why);
  }

 private:
  struct Begun : Exchange {
    Begun(Several& group, c10::intrusive_ptr<c10d::Work> work, bool on_gpu)
        : group(group), work(std::move(work)), on_gpu(on_gpu) {}
    void wait() override {
      group.guarded("a sum over the ranks", [&] {
        group.finish(*work, on_gpu);
        return 0;
      });
    }
    Several& group;
    c10::intrusive_ptr<c10d::Work> work;
    const bool on_gpu;
  };

  /// NCCL's, which may be told to break off from another thread: its kernels wait for a rank that has gone for ever,
  /// and with them whoever waits for the GPU.
  class Gpu {
   public:
    void set(c10::intrusive_ptr<c10d::Backend> backend) {
      const std::lock_guard lock(mutex_);
      backend_ = std::move(backend);
    }
    c10d::Backend& get() {
      const std::lock_guard lock(mutex_);
      return *backend_;
    }
    void break_off() {
      const std::lock_guard lock(mutex_);
      try {
        if (backend_) backend_->abort();
      } catch (const std::exception& error) {  // whoever waits for the GPU then waits for NCCL's own timeout
        warn("NCCL could not be broken off: " + first_line(error));
      }
    }
    void end() {
      const std::lock_guard lock(mutex_);
      if (backend_) backend_->shutdown();
    }

   private:
    std::mutex mutex_;
    c10::intrusive_ptr<c10d::Backend> backend_;
  };

  /// What is to do it. Throws when a rank has gone: a GPU would wait for it.
  c10d::Backend& backend_of(const at::Tensor& values) {
    if (!values.is_cuda()) return *cpu_;
    check();
    return gpu_.get();
  }

  /// Waits in slices, so that a rank that has gone is noticed though its connection stands.
  void finish(c10d::Work& work, bool on_gpu) {
    if (on_gpu) {
      work.wait();
      return;
    }
    constexpr milliseconds kSlice{500};
    for (auto left = timeout_;; left -= kSlice) {
      try {
        work.wait(kSlice);
        return;
      } catch (const std::exception&) {
        if (work.isCompleted()) throw;
        if (left < kSlice || !heartbeat_.trouble().empty()) throw;
      }
    }
  }

  std::string text_of(const std::string& place, int64_t other, const std::string& what, Patience patience) {
    const std::string key = place + std::to_string(other);
    const auto end = std::chrono::steady_clock::now() + timeout_;
    std::string text;
    while ((text = store_.get(key)).empty()) {
      if (const std::string known = heartbeat_.trouble(); !known.empty()) throw Error(known);
      if (patience == Patience::kTimeout && std::chrono::steady_clock::now() > end) {
        const std::string missing = "rank " + std::to_string(other) + " has not come to " + what + " within " +
                                    counted(timeout_.count() / 1000, "second");
        heartbeat_.give_up(missing);
        throw Error(missing, "was it started, with the same secret if there is one? --rank-timeout waits longer");
      }
      std::this_thread::sleep_for(milliseconds(10));
    }
    return text.substr(1);
  }

  /// Whatever c10d throws becomes an error that names the rank to blame.
  template <class Body>
  auto guarded(const std::string& what, const Body& body) -> decltype(body()) {
    try {
      return body();
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      const std::string trouble = heartbeat_.blame();
      throw Error(noticed(trouble.empty() ? "the ranks lost one another" : trouble, what),
                  trouble.empty() ? first_line(error) : kGoOn);
    }
  }

  std::string noticed(const std::string& trouble, const std::string& what) const {
    return trouble + " (noticed by rank " + std::to_string(rank()) + " in " + what + ")";
  }

  const Launch launch_;
  const milliseconds timeout_;
  TimedStore store_;
  Gpu gpu_;  // outlives the heartbeat, which may break it off
  Heartbeat heartbeat_;
  c10::intrusive_ptr<c10d::Backend> cpu_;
  int64_t exchanges_ = 0;
};

}  // namespace

std::unique_ptr<Group> alone() { return std::make_unique<Alone>(); }

std::unique_ptr<Group> join(const Launch& launch, const at::Device& device, const GroupOptions& options,
                            const Seal& seal) {
  if (launch.size == 1) return alone();
  quieten_c10d();
  return std::make_unique<Several>(launch, device, options, seal);
}

}  // namespace dcgan
