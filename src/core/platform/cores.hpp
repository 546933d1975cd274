// How many threads are worth starting here: the cores that this process may use, what a container's quota grants, what
// other programs keep busy, and what the person said by OMP_NUM_THREADS.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "core/platform/control_groups.hpp"

namespace dcgan {

/// Cores that this process may use: those of its mask, or fewer where a CPU quota grants less. At least 1.
int64_t usable_cores();

/// What there is to share. Unlimited numbers are infinite.
struct Cores {
  int64_t in_mask = 1;                                            // that the system lets this process run on
  double granted = std::numeric_limits<double>::infinity();       // cores' worth of time, by the quota of a group
  double taken = 0;                                               // of the mask's cores, by other programs
  double granted_left = std::numeric_limits<double>::infinity();  // of the quota, less what others in the group use

  /// By mask and quota alone. A quota is rounded up from a quarter of a core on: docs/performance.md has the figures.
  int64_t usable() const;
  /// The usable ones that nobody else keeps busy: more than 0.7 of a core's time count as a core. At least 1.
  int64_t idle() const;
};

/// Mask and quota now; nothing is known of other programs.
Cores look_at_cores(const SystemFiles& files = {});

/// Watches what other programs take, from when it is made: time of the cores of this process's mask that was spent
/// neither idle nor in this process. What runs at a lower priority (nice) gives way and does not count.
class LoadWatch {
 public:
  using Clock = std::chrono::steady_clock;
  explicit LoadWatch(SystemFiles files = {});
  /// The mean since then. The system counts in hundredths of a second: a tenth says something, a millisecond nothing.
  Cores so_far() const;
  Clock::time_point start() const { return at_.time; }

 private:
  struct Moment {
    Clock::time_point time;
    double own = 0, busy = 0;              // seconds of processor time: of this process, of the mask's cores
    std::map<std::string, double> groups;  // of every group with a quota, by its folder
  };
  Moment moment() const;

  SystemFiles files_;
  Moment at_;
};

struct ThreadChoice {
  int64_t count = 1;
  std::string said;       // the count and how it came about: "2, one a core"
  bool is_usual = false;  // one a core of this machine
};

/// `get` reads a variable: nullptr where there is none. `processes`: of one run that share this machine.
/// In this order: OMP_NUM_THREADS where a person set it (the first of a list; what is no number above 0 is said and not
/// followed), else a share of the cores that are idle. Never above OMP_THREAD_LIMIT, past which OpenMP starts none.
ThreadChoice choose_threads(const Cores& cores, int64_t processes, const std::function<const char*(const char*)>& get,
                            bool is_omp_of_launcher);

/// Whether OMP_NUM_THREADS, which is 1, is torchrun's own and no person's: torchrun sets it for its processes where
/// nobody has. The environment that torchrun itself was started with tells; where that cannot be read it is taken for
/// torchrun's.
bool is_omp_of_torchrun(const std::function<const char*(const char*)>& get, const SystemFiles& files = {});

/// What OMP_NUM_THREADS says where a person set it to a number; 0 else.
int64_t threads_asked_by_environment();

/// Begins to watch; called when the program starts.
void begin_watching_load();
/// What was seen since then at the first call, which waits until a tenth of a second was watched: the same ever after.
const Cores& cores_at_start();
/// What --threads auto is in this process: as cores_at_start() has it, the same ever after.
const ThreadChoice& automatic_threads();
/// The same for one of several processes of a run, which call this at one time, all idle: watches anew.
ThreadChoice automatic_threads_of(int64_t processes);

}  // namespace dcgan
