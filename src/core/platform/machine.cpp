#include "core/platform/machine.hpp"

#include <malloc.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <ctime>

#include "core/platform/control_groups.hpp"

namespace dcgan {

std::string processor_name() {
  const std::string name = value_in("/proc/cpuinfo", "model name");
  return name.empty() ? "unknown processor" : name;
}

std::string bf16_units() {
#if defined(__x86_64__)
  // AMX: CPUID leaf 7; the system must have switched its registers on (XCR0, bits 17 and 18).
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned kOsxsave = 1u << 27, kAmxBf16 = 1u << 22, kTiles = 3u << 17;
  if (__get_cpuid(1, &a, &b, &c, &d) && (c & kOsxsave)) {
    unsigned low = 0, high = 0;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & kAmxBf16) && (low & kTiles) == kTiles) return "AMX";
  }
  if (__builtin_cpu_supports("avx512bf16")) return "AVX512-BF16";
#endif
  return "";
}

namespace {
/// Of a line "KEY: N kB".
int64_t bytes_of(const char* file, const char* key) { return 1024 * std::atoll(value_in(file, key).c_str()); }

/// What the control groups leave; their cache of files gives way.
int64_t free_in_groups(int64_t most) {
  for (const auto& [group, is_version2] : control_groups("memory")) {
    const int64_t limit = number_in(group / (is_version2 ? "memory.max" : "memory.limit_in_bytes"), INT64_MAX);
    if (limit >= INT64_MAX / 2) continue;
    const int64_t used = number_in(group / (is_version2 ? "memory.current" : "memory.usage_in_bytes"), 0);
    const auto cache = value_in(group / "memory.stat", is_version2 ? "file " : "total_cache ", ' ');
    most = std::min<int64_t>(most, limit - used + std::atoll(cache.c_str()));
  }
  return most;
}

int64_t left_of(int resource, int64_t used) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return INT64_MAX;
  return static_cast<int64_t>(limit.rlim_cur) - used;
}
}  // namespace

ResidentMemory resident_memory() {
  constexpr const char* kStatus = "/proc/self/status";
  return {bytes_of(kStatus, "RssAnon"), bytes_of(kStatus, "RssFile"), bytes_of(kStatus, "VmHWM")};
}

int64_t free_memory() {
  int64_t most = bytes_of("/proc/meminfo", "MemAvailable");
  most = free_in_groups(most);
  most = std::min(most, left_of(RLIMIT_AS, bytes_of("/proc/self/status", "VmSize")));
  most = std::min(most, left_of(RLIMIT_DATA, bytes_of("/proc/self/status", "VmData")));
  return std::max<int64_t>(0, most);
}

void keep_freed_memory() {
#ifdef __GLIBC__
  // Both or neither: a trim threshold alone would switch off glibc's own adapting of the other. 32 MB is its most.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
#endif
}

void return_freed_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

int64_t free_disk(const std::filesystem::path& path) {
  std::error_code ignored;
  auto at = std::filesystem::absolute(path, ignored);
  while (!at.empty() && at != at.root_path() && !std::filesystem::exists(at, ignored)) at = at.parent_path();
  struct statvfs status {};
  if (::statvfs(at.c_str(), &status) != 0) return -1;
  return static_cast<int64_t>(status.f_bavail) * static_cast<int64_t>(status.f_frsize);
}

bool stdout_is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }
bool stderr_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

int terminal_columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

void set_environment(const char* name, const char* value) { ::setenv(name, value, /*overwrite=*/0); }

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace dcgan
