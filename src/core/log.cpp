#include "core/log.hpp"

#include <cstdio>
#include <mutex>

#include "core/text.hpp"

namespace dcgan {
namespace {
std::mutex mutex;
LogSink& sink() {
  static LogSink current = [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); };
  return current;
}
}  // namespace

LogSink set_log_sink(LogSink next) {
  const std::lock_guard lock(mutex);
  std::swap(sink(), next);
  return next;
}

void note(const std::string& line) {
  const std::lock_guard lock(mutex);
  sink()(printable(line));  // it may hold names of files and words of libraries
}

void warn(const std::string& line) { note("warning: " + line); }

}  // namespace dcgan
