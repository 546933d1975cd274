// What something costs, in a process of its own.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <fstream>
#include <string>

namespace dcgan::test {

struct Cost {
  int code = 99;           // what the body returned, 99 when it threw, 128 + n for signal n
  int64_t peak_bytes = 0;  // resident, beyond what was there before
};

/// "VmRSS", "VmHWM": bytes.
inline int64_t resident(const std::string& which) {
  std::ifstream lines("/proc/self/status");
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(which + ":")) return std::stoll(line.substr(which.size() + 1)) * 1024;
  return 0;
}

/// Runs `body`, which returns an exit code, in a forked process that is killed after `seconds` of processor time.
template <class Body>
Cost cost_of(int seconds, Body&& body) {
  int report[2] = {};
  if (::pipe(report) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit{static_cast<rlim_t>(seconds), static_cast<rlim_t>(seconds)};
    ::setrlimit(RLIMIT_CPU, &limit);
    std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins anew
    const int64_t before = resident("VmRSS");
    int code = 99;
    try {
      code = body();
    } catch (...) {
    }
    const int64_t peak = resident("VmHWM") - before;
    if (::write(report[1], &peak, sizeof peak) != sizeof peak) code = 98;
    ::_exit(code);
  }
  ::close(report[1]);
  Cost cost;
  int status = 0;
  if (::read(report[0], &cost.peak_bytes, sizeof cost.peak_bytes) < 0) cost.peak_bytes = INT64_MAX;
  ::close(report[0]);
  ::waitpid(child, &status, 0);
  cost.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return cost;
}

}  // namespace dcgan::test
