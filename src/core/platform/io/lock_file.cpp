#include "core/platform/io/lock_file.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/platform/signals.hpp"
#include "core/platform/thread.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

constexpr char kNoLock[] = "--no-lock goes on without one: then see to it yourself that no other process trains there";

std::string first_line_of(const char* file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

/// When a process of this system began, in ticks since the system did; 0 where there is none.
int64_t start_of(int64_t process) {
  const std::string line = first_line_of(("/proc/" + std::to_string(process) + "/stat").c_str());
  std::istringstream fields(line.substr(std::min(line.size(), line.rfind(')') + 1)));  // its name may hold anything
  std::string field;
  for (int i = 0; i < 20; ++i) fields >> field;  // the 22nd of all
  return fields ? std::atoll(field.c_str()) : 0;
}

std::string random_token() {
  std::array<unsigned char, 12> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw_system_error("the system gives no random numbers", errno);
  std::string token;
  for (const unsigned char byte : bytes)
    for (const int digit : {byte >> 4, byte & 15}) token += "0123456789abcdef"[digit];
  return token;
}

LockOwner this_process() {
  LockOwner own;
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  own.host = host;
  own.boot = first_line_of("/proc/sys/kernel/random/boot_id");
  std::error_code ignored;
  own.space = fs::read_symlink("/proc/self/ns/pid", ignored).native();
  own.process = ::getpid(), own.start = start_of(own.process);
  own.token = random_token();
  return own;
}

LockOwner owner_in(const std::string& text) {
  LockOwner owner;
  owner.text = text;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const size_t blank = line.find(' ');
    if (blank == std::string::npos) continue;
    const std::string key = line.substr(0, blank), value = line.substr(blank + 1);
    if (key == "host") owner.host = value;
    if (key == "boot") owner.boot = value;
    if (key == "space") owner.space = value;
    if (key == "process") owner.process = std::atoll(value.c_str());
    if (key == "start") owner.start = std::atoll(value.c_str());
    if (key == "token") owner.token = value;
  }
  return owner;
}

}  // namespace

void throw_held(const fs::path& directory, const std::string& who) {
  throw Error("another process is training in '" + shown(directory) + "'" + (who.empty() ? "" : ": " + who),
              "wait for it, or choose another --run");
}

std::string LockOwner::shown() const {
  return process == 0 ? "a process that is not known" : "process " + std::to_string(process) + " on " + printable(host);
}

LockFile::LockFile(const fs::path& directory, const LockSystem& system, bool is_alone_here)
    : directory_(directory),
      path_(directory / kLockName),
      system_(system),
      is_alone_here_(is_alone_here),
      own_(this_process()) {
  while (!make()) {
    const auto other = read();
    if (!other) continue;  // it has just gone
    if (is_alive_here(*other)) throw_held(directory_, other->shown());
    if (!is_gone(*other) && !gives_no_sign(*other)) {
      if (!read()) continue;
      throw_held(directory_, other->shown());
    }
    if (const auto now = read(); !now || now->text != other->text) continue;
    take_over(*other);
    break;
  }
  try {
    thread_ = start_thread([this] { live(); });
  } catch (const Error&) {
    ::unlink(path_.c_str());
    throw;
  }
}

LockFile::~LockFile() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  wake_.notify_all();
  thread_.join();
  if (const auto now = read(); now && now->token == own_.token) ::unlink(path_.c_str());
}

std::string LockFile::next_text() {
  return "host " + own_.host + "\nboot " + own_.boot + "\nspace " + own_.space + "\nprocess " +
         std::to_string(own_.process) + "\nstart " + std::to_string(own_.start) + "\ntoken " + own_.token + "\nbeat " +
         zero_padded(++beats_, 18) + "\n";
}

bool LockFile::make() {
  const FileHandle file(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (file.get() < 0 && errno == EEXIST) return false;
  const std::string text = next_text();
  if (file.get() < 0 || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fsync(file.get()) != 0) {
    const int problem = errno;
    if (file.get() >= 0) ::unlink(path_.c_str());
    throw Error("cannot lock '" + dcgan::shown(directory_) + "': " + std::strerror(problem), kNoLock);
  }
  return true;
}

void LockFile::take_over(const LockOwner& other) {
  warn("the lock of " + other.shown() + " on '" + dcgan::shown(directory_) +
       "' is taken over: it gives no sign of life");
  const fs::path aside = path_.native() + "-" + own_.token;
  {
    const FileHandle file(::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    const std::string text = next_text();
    if (file.get() < 0 || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::fsync(file.get()) != 0 || ::rename(aside.c_str(), path_.c_str()) != 0) {
      const int problem = errno;
      ::unlink(aside.c_str());
      throw Error("cannot lock '" + dcgan::shown(directory_) + "': " + std::strerror(problem), kNoLock);
    }
  }
  if (is_alone_here_ && other.boot == own_.boot) return;
  // Several may have watched the same file, and each has put its own in its place: the last one holds it.
  std::this_thread::sleep_for(system_.beat);
  const auto now = read();
  if (!now || now->token != own_.token) throw_held(directory_, now ? now->shown() : "");
}

std::optional<LockOwner> LockFile::read() const {
  const FileHandle file(::open(path_.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.get() < 0 && errno == ENOENT) return std::nullopt;
  char text[4096];
  const ssize_t got = file.get() < 0 ? -1 : ::read(file.get(), text, sizeof text);
  if (got < 0 && errno == ESTALE) return std::nullopt;
  if (got < 0) throw Error("cannot read the lock '" + dcgan::shown(path_) + "': " + std::strerror(errno), kNoLock);
  return owner_in({text, static_cast<size_t>(got)});
}

bool LockFile::is_gone(const LockOwner& other) const {
  if (other.boot.empty() || other.boot != own_.boot) return false;
  if (is_alone_here_) return true;  // whoever left it does not hold it any more
  return other.space == own_.space && start_of(other.process) != other.start;
}

bool LockFile::is_alive_here(const LockOwner& other) const {
  return !is_alone_here_ && !other.boot.empty() && other.boot == own_.boot && other.space == own_.space &&
         other.process > 0 && start_of(other.process) == other.start;
}

bool LockFile::gives_no_sign(const LockOwner& other) const {
  note("'" + dcgan::shown(directory_) + "' is locked by " + other.shown() + ": checking whether it is alive");
  const auto end = std::chrono::steady_clock::now() + system_.patience;
  while (std::chrono::steady_clock::now() < end) {
    throw_if_stopped("while a lock was watched");
    std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(system_.beat / 4, std::chrono::milliseconds(250)));
    if (const auto now = read(); !now || now->text != other.text) return false;
  }
  return true;
}

void LockFile::check() const {
  const auto now = read();
  if (!now || now->token == own_.token) return;
  throw Error("another process has taken over '" + dcgan::shown(directory_) + "': " + now->shown(),
              "this one gave no sign of life for long; the other one goes on from the last checkpoint");
}

void LockFile::live() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, system_.beat, [this] { return ends_; })) {
    lock.unlock();
    try {
      if (!read()) make();  // somebody has tidied up
      // Looked at and written to as one file: in between another process may put its own in its place.
      const FileHandle file(::open(path_.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
      char there[4096];
      const ssize_t got = file.get() < 0 ? -1 : ::pread(file.get(), there, sizeof there, 0);
      if (got > 0 && owner_in({there, static_cast<size_t>(got)}).token == own_.token) {
        const std::string text = next_text();
        if (::pwrite(file.get(), text.data(), text.size(), 0) > 0) ::fsync(file.get());
      }
    } catch (const Error&) {  // the disk cannot be reached just now
    }
    lock.lock();
  }
}

}  // namespace dcgan
