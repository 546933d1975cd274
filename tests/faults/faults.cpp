// Loaded before a program by LD_PRELOAD: kills it with -9 at a chosen call that changes a file, so that a test names the
// moment instead of hoping for it. Watched are calls on files whose path holds DCGAN_TEST_FAULTS_IN. Each is written as a
// line to the file DCGAN_TEST_FAULTS_LOG, if there is one; call number DCGAN_TEST_FAULTS_AT, counted from 1, is the last
// of the program: it is made, and then the program is killed; or killed before it where the number has a "-" before it.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr int kMostDescriptors = 4096;
std::atomic<bool> watched[kMostDescriptors];
std::atomic<int> calls{0};

const char* variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool is_watched(const char* path) {
  static const char* const part = variable("DCGAN_TEST_FAULTS_IN");
  return *part && path && std::strstr(path, part);
}
/// A name within an open folder.
bool is_watched(int folder, const char* name) {
  if (is_watched(name)) return true;
  char link[64], path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
  const ssize_t length = folder < 0 ? -1 : ::readlink(link, path, sizeof path - 2);
  if (length <= 0 || (name && *name == '/')) return false;
  path[length] = '/', path[length + 1] = '\0';  // a part such as "/checkpoints/" may end with the folder
  return is_watched(path);
}
bool is_watched(int descriptor) { return descriptor >= 0 && descriptor < kMostDescriptors && watched[descriptor]; }

/// The next definition of a function of the C library.
template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

/// Around one call: counts it, and ends the program before it or behind it.
class Call {
 public:
  Call(bool counts, const char* name) : number_(counts ? ++calls : 0) {
    if (!counts) return;
    static const char* const log = variable("DCGAN_TEST_FAULTS_LOG");
    if (*log) {
      static FILE* const file = std::fopen(log, "ae");
      std::fprintf(file, "%s\n", name), std::fflush(file);
    }
    if (last_ == -number_) ::kill(::getpid(), SIGKILL);
  }
  ~Call() {
    if (number_ > 0 && last_ == number_) ::kill(::getpid(), SIGKILL);
  }

 private:
  int number_;
  const int last_ = std::atoi(variable("DCGAN_TEST_FAULTS_AT"));
};

template <class Open>
int opened(bool is_watched, int flags, const Open& open) {
  const Call call(is_watched && (flags & (O_WRONLY | O_RDWR | O_CREAT)), "open");
  const int descriptor = open();
  if (descriptor >= 0 && descriptor < kMostDescriptors) watched[descriptor] = is_watched;
  return descriptor;
}

mode_t mode_of(int flags, va_list rest) { return flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0; }

}  // namespace

// Of each what the C library declares; large files have the same numbers on 64 bits.
#define WATCHED_OPEN(name)                                                                                 \
  extern "C" int name(const char* path, int flags, ...) {                                                  \
    va_list rest;                                                                                          \
    va_start(rest, flags);                                                                                 \
    const mode_t mode = mode_of(flags, rest);                                                              \
    va_end(rest);                                                                                          \
    return opened(is_watched(path), flags, [&] { return next<decltype(&::open)>(#name)(path, flags, mode); }); \
  }
WATCHED_OPEN(open)
WATCHED_OPEN(open64)
#define WATCHED_OPENAT(name)                                                                              \
  extern "C" int name(int folder, const char* path, int flags, ...) {                                     \
    va_list rest;                                                                                         \
    va_start(rest, flags);                                                                                \
    const mode_t mode = mode_of(flags, rest);                                                             \
    va_end(rest);                                                                                         \
    return opened(is_watched(folder, path), flags,                                                        \
                  [&] { return next<decltype(&::openat)>(#name)(folder, path, flags, mode); });           \
  }
WATCHED_OPENAT(openat)
WATCHED_OPENAT(openat64)

#define WATCHED_WRITE(name, type)                                                            \
  extern "C" ssize_t name(int descriptor, const void* data, size_t bytes, type offset) {     \
    const Call call(is_watched(descriptor), "write");                                        \
    return next<decltype(&::name)>(#name)(descriptor, data, bytes, offset);                  \
  }
WATCHED_WRITE(pwrite, off_t)
WATCHED_WRITE(pwrite64, off64_t)

extern "C" ssize_t write(int descriptor, const void* data, size_t bytes) {
  const Call call(is_watched(descriptor), "write");
  return next<decltype(&::write)>("write")(descriptor, data, bytes);
}
extern "C" int fsync(int descriptor) {
  const Call call(is_watched(descriptor), "fsync");
  return next<decltype(&::fsync)>("fsync")(descriptor);
}
extern "C" int rename(const char* from, const char* to) noexcept {
  const Call call(is_watched(from) || is_watched(to), "rename");
  return next<decltype(&::rename)>("rename")(from, to);
}
extern "C" int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  const Call call(is_watched(from_folder, from) || is_watched(to_folder, to), "rename");
  return next<decltype(&::renameat)>("renameat")(from_folder, from, to_folder, to);
}
extern "C" int unlink(const char* path) noexcept {
  const Call call(is_watched(path), "unlink");
  return next<decltype(&::unlink)>("unlink")(path);
}
extern "C" int unlinkat(int folder, const char* path, int flags) noexcept {
  const Call call(is_watched(folder, path), "unlink");
  return next<decltype(&::unlinkat)>("unlinkat")(folder, path, flags);
}
extern "C" int close(int descriptor) {
  if (descriptor >= 0 && descriptor < kMostDescriptors) watched[descriptor] = false;
  return next<decltype(&::close)>("close")(descriptor);
}
