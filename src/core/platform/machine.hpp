// What this machine has: a processor, memory, disk, terminal. Nothing here changes anything.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace dcgan {

/// The processor's name as the system gives it.
std::string processor_name();
/// The processor's units for bfloat16 that the system lets programs use: "AMX", "AVX512-BF16", or "" for none.
std::string bf16_units();

/// Bytes of this process in memory: anonymous, and pages of files (maps, libraries).
struct ResidentMemory {
  int64_t anonymous = 0;
  int64_t file = 0;
  int64_t peak = 0;  // of both together
};
ResidentMemory resident_memory();

/// Bytes that this process may still take before the system, its group (cgroup) or its own limits (ulimit) refuse.
int64_t free_memory();

/// From now on memory that is freed stays with the process for its next use. A training step frees and takes the
/// same large buffers over and over; handing them back to the system each time costs 5 to 8 % of a step.
void keep_freed_memory();
/// Hands back what is freed now, once: for after a step that took much and is over.
void return_freed_memory();

/// Bytes that an ordinary user may still write at `path` (or its nearest existing parent); -1: unknown.
int64_t free_disk(const std::filesystem::path& path);

bool stdout_is_terminal();
bool stderr_is_terminal();
/// Columns of the terminal behind standard error, 80 when unknown.
int terminal_columns();

/// An environment variable, or "".
std::string environment(const char* name);
/// Sets one unless it is set. Only while no other thread runs that might read the environment.
void set_environment(const char* name, const char* value);
/// "2026-11-23T09:15:00Z".
std::string utc_now();

}  // namespace dcgan
