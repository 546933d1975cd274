#include "core/platform/cores.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <thread>

#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr double kWhole = 0.25;  // of a core granted by a quota: from here on another thread gains
constexpr double kBusy = 0.7;    // of a core taken: from here on a thread there is waited for by the others
constexpr int64_t kMostThreads = 1024;

std::vector<bool> mask_of_this_process() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0)  // more than 1024 of them
    return std::vector<bool>(static_cast<size_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN))), true);
  std::vector<bool> mask(CPU_SETSIZE);
  for (size_t i = 0; i < mask.size(); ++i) mask[i] = CPU_ISSET(i, &set);
  return mask;
}

int64_t cores_in(const std::vector<bool>& mask) {
  return std::max<int64_t>(1, std::count(mask.begin(), mask.end(), true));
}

int64_t whole(double cores) { return std::isinf(cores) ? INT64_MAX : static_cast<int64_t>(cores + 1 - kWhole); }

/// Cores' worth of time that a group grants; infinite for no limit.
double quota_of(const ControlGroup& group) {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  double quota = -1, period = 0;
  if (group.is_version2) {
    std::ifstream file(group.folder / "cpu.max");
    if (!(file >> quota >> period)) return kNone;  // "max 100000" too
  } else {
    quota = static_cast<double>(number_in(group.folder / "cpu.cfs_quota_us", -1));
    period = static_cast<double>(number_in(group.folder / "cpu.cfs_period_us", 0));
  }
  return quota > 0 && period > 0 ? quota / period : kNone;
}

/// Seconds of processor time that a group has used; 0 where it is not said.
double used_by(const ControlGroup& group, const SystemFiles& files) {
  if (group.is_version2) return std::atof(value_in(group.folder / "cpu.stat", "usage_usec ", ' ').c_str()) * 1e-6;
  int64_t nanoseconds = number_in(group.folder / "cpuacct.usage", -1);
  if (nanoseconds < 0) {  // the same path, mounted under another name
    const auto path = group.folder.lexically_relative(files.groups);
    if (path.begin() == path.end()) return 0;
    std::filesystem::path other = files.groups / "cpuacct";
    for (auto part = std::next(path.begin()); part != path.end(); ++part) other /= *part;
    nanoseconds = number_in(other / "cpuacct.usage", 0);
  }
  return static_cast<double>(nanoseconds) * 1e-9;
}

/// Seconds that the cores of a mask were busy since the system started, by /proc/stat: "cpu0 user nice system idle
/// iowait irq softirq steal". Time at a lower priority is left out, unless this process has one, too.
double busy_seconds(const std::vector<bool>& mask, const SystemFiles& files) {
  const bool is_nice = ::getpriority(PRIO_PROCESS, 0) > 0;
  const auto ticks = static_cast<double>(std::max(1L, ::sysconf(_SC_CLK_TCK)));
  double busy = 0;
  std::ifstream lines(files.proc / "stat");
  for (std::string line; std::getline(lines, line) && line.starts_with("cpu");) {
    std::istringstream words(line.substr(3));
    size_t core = 0;
    double user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, soft_irq = 0;
    if (line[3] == ' ' || !(words >> core >> user >> nice >> system >> idle >> waiting >> irq >> soft_irq)) continue;
    if (core < mask.size() && mask[core]) busy += user + system + irq + soft_irq + (is_nice ? nice : 0);
  }
  return busy / ticks;
}

double own_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// The number of "4" or of a list "4,2", at most kMostThreads; 0 for what is no whole number above 0.
int64_t thread_number(const std::string& text) {
  const std::string first = text.substr(0, text.find(','));
  const size_t start = first.find_first_not_of(" \t"), end = first.find_last_not_of(" \t");
  if (start == std::string::npos) return 0;
  int64_t value = 0;
  const char* last = first.data() + end + 1;
  const auto [after, problem] = std::from_chars(first.data() + start, last, value);
  if (problem != std::errc() || after != last || value < 1) return 0;
  return std::min(value, kMostThreads);
}

std::string cores_text(double cores) {
  const double tenths = std::round(cores * 10) / 10;
  const bool is_whole = tenths == std::round(tenths);
  return is_whole ? counted(static_cast<int64_t>(tenths), "core") : fixed_text(tenths, 1) + " cores";
}

/// Of the cores: how many, and what keeps the others from being used.
ThreadChoice of_cores(const Cores& cores, int64_t processes) {
  ThreadChoice choice;
  choice.count = std::max<int64_t>(1, cores.idle() / processes);
  std::vector<std::string> reasons;
  if (processes > 1) reasons.push_back("a share for each of " + counted(processes, "process", "processes") + " here");
  if (cores.usable() < cores.in_mask)
    reasons.push_back("a CPU quota grants " + cores_text(cores.granted) + " of time");
  if (cores.idle() < cores.usable()) {
    const double of_quota = std::isinf(cores.granted) ? 0 : cores.granted - cores.granted_left;
    reasons.push_back("other programs keep " + cores_text(std::max(cores.taken, of_quota)) + " busy; --threads " +
                      std::to_string(std::max<int64_t>(1, cores.usable() / processes)) + " would take all");
  }
  choice.is_usual = reasons.empty();
  const std::string why =
      choice.is_usual ? ", one a core" : " of " + counted(cores.in_mask, "core") + ": " + joined(reasons, "; ");
  choice.said = std::to_string(choice.count) + why;
  return choice;
}

const char* environment_of(const char* name) { return std::getenv(name); }

LoadWatch& watch_of_program() {
  static LoadWatch watch;
  return watch;
}

Cores watched_for(const LoadWatch& watch, std::chrono::milliseconds time) {
  std::this_thread::sleep_until(watch.start() + time);
  return watch.so_far();
}

}  // namespace

int64_t Cores::usable() const { return std::max<int64_t>(1, std::min(in_mask, whole(granted))); }

int64_t Cores::idle() const {
  const auto left_out = static_cast<int64_t>(taken + 1 - kBusy);
  return std::clamp<int64_t>(std::min(in_mask - left_out, whole(granted_left)), 1, usable());
}

Cores look_at_cores(const SystemFiles& files) {
  Cores cores;
  cores.in_mask = cores_in(mask_of_this_process());
  for (const auto& group : control_groups("cpu", files)) cores.granted = std::min(cores.granted, quota_of(group));
  cores.granted_left = cores.granted;
  return cores;
}

int64_t usable_cores() { return look_at_cores().usable(); }

LoadWatch::LoadWatch(SystemFiles files) : files_(std::move(files)), at_(moment()) {}

LoadWatch::Moment LoadWatch::moment() const {
  Moment now{Clock::now(), own_seconds(), busy_seconds(mask_of_this_process(), files_), {}};
  for (const auto& group : control_groups("cpu", files_))
    if (!std::isinf(quota_of(group))) now.groups[group.folder.native()] = used_by(group, files_);
  return now;
}

Cores LoadWatch::so_far() const {
  const Moment now = moment();
  const double seconds = std::max(1e-3, std::chrono::duration<double>(now.time - at_.time).count());
  const double own = (now.own - at_.own) / seconds;
  Cores cores = look_at_cores(files_);
  cores.taken = std::clamp((now.busy - at_.busy) / seconds - own, 0.0, static_cast<double>(cores.in_mask));
  for (const auto& group : control_groups("cpu", files_)) {
    const auto before = at_.groups.find(group.folder.native()), after = now.groups.find(group.folder.native());
    if (before == at_.groups.end() || after == now.groups.end()) continue;
    const double others = std::max(0.0, (after->second - before->second) / seconds - own);
    cores.granted_left = std::min(cores.granted_left, std::max(0.0, quota_of(group) - others));
  }
  return cores;
}

ThreadChoice choose_threads(const Cores& cores, int64_t processes, const std::function<const char*(const char*)>& get,
                            bool is_omp_of_launcher) {
  const char* asked = get("OMP_NUM_THREADS");
  const int64_t number = asked ? thread_number(asked) : 0;
  ThreadChoice choice = of_cores(cores, processes);
  if (number > 0 && !is_omp_of_launcher) {
    choice = {number, std::to_string(number) + ", as OMP_NUM_THREADS says", false};
  } else if (asked && *asked && number == 0) {
    choice.said += " (OMP_NUM_THREADS is '" + printable(asked) + "', no whole number above 0: not followed)";
    choice.is_usual = false;
  } else if (asked && is_omp_of_launcher) {
    choice.said += " (OMP_NUM_THREADS=1 is torchrun's own, not followed)";
  }
  const char* limit = get("OMP_THREAD_LIMIT");
  if (const int64_t most = limit ? thread_number(limit) : 0; most > 0 && most < choice.count)
    choice = {most, std::to_string(most) + ", as OMP_THREAD_LIMIT says", false};
  return choice;
}

bool is_omp_of_torchrun(const std::function<const char*(const char*)>& get, const SystemFiles& files) {
  const char* asked = get("OMP_NUM_THREADS");
  if (!asked || std::string(asked) != "1" || !get("TORCHELASTIC_RUN_ID")) return false;
  // The nearest process above that was not started by torchrun is torchrun. What stands there is the environment that a
  // process was started with, whatever it has set since.
  for (std::string process = "self";;) {
    const std::string parent = value_in(files.proc / process / "status", "PPid:");
    if (parent.empty() || parent == "0") return true;
    std::ifstream file(files.proc / parent / "environ", std::ios::binary);
    const std::string variables((std::istreambuf_iterator<char>(file)), {});
    if (variables.empty()) return true;
    const auto has = [&](const std::string& name) {
      return variables.starts_with(name + "=") || variables.find('\0' + name + "=") != std::string::npos;
    };
    if (!has("TORCHELASTIC_RUN_ID")) return !has("OMP_NUM_THREADS");
    process = parent;
  }
}

int64_t threads_asked_by_environment() {
  const char* asked = environment_of("OMP_NUM_THREADS");
  return asked && !is_omp_of_torchrun(environment_of) ? thread_number(asked) : 0;
}

void begin_watching_load() { watch_of_program(); }

const Cores& cores_at_start() {
  static const Cores cores = watched_for(watch_of_program(), std::chrono::milliseconds(100));
  return cores;
}

const ThreadChoice& automatic_threads() {
  static const ThreadChoice chosen =
      choose_threads(cores_at_start(), 1, environment_of, is_omp_of_torchrun(environment_of));
  return chosen;
}

ThreadChoice automatic_threads_of(int64_t processes) {
  const LoadWatch watch;
  return choose_threads(watched_for(watch, std::chrono::milliseconds(300)), processes, environment_of,
                        is_omp_of_torchrun(environment_of));
}

}  // namespace dcgan
