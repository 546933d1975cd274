#include "core/platform/io/mapped_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <utility>

#include "core/error.hpp"

namespace dcgan {

/// Where a map lies, and whether a part of it could not be read. One stays for ever once it is made, for the next map
/// to take over: the handler walks along all of them, and may not wait for anybody.
struct MapMark {
  std::atomic<uintptr_t> begin{0}, end{0};  // 0: free
  std::atomic<bool> is_taken{false}, is_broken{false};
  MapMark* next = nullptr;
};

namespace {

std::atomic<MapMark*> marks{nullptr};
struct sigaction before {};  // what SIGBUS did before
uintptr_t page_bytes = 4096;

MapMark* mark_at(uintptr_t address) {
  for (MapMark* mark = marks.load(std::memory_order_acquire); mark; mark = mark->next)
    if (mark->begin <= address && address < mark->end) return mark;
  return nullptr;
}

/// A page of zeros takes the place of one that cannot be read, and the reading goes on.
void on_bus_error(int signal, siginfo_t* info, void*) {
  const int error_number = errno;
  const bool is_fault = info->si_code > 0;  // sent by the system; else by a process
  const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
  if (MapMark* mark = is_fault ? mark_at(address) : nullptr) {
    void* page = reinterpret_cast<void*>(address / page_bytes * page_bytes);
    if (::mmap(page, page_bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == page) {
      mark->is_broken = true;
      errno = error_number;
      return;
    }
  }
  ::sigaction(SIGBUS, &before, nullptr);  // a fault comes again when this returns
  if (!is_fault) ::raise(signal);
}

void watch_bus_errors() {
  static const bool started = [] {
    page_bytes = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
    struct sigaction action {};
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    return ::sigaction(SIGBUS, &action, &before) == 0;
  }();
  (void)started;
}

MapMark* take_mark(const uint8_t* data, size_t size) {
  MapMark* mark = marks.load(std::memory_order_acquire);
  for (; mark; mark = mark->next)
    if (bool free = false; mark->is_taken.compare_exchange_strong(free, true)) break;
  if (!mark) {
    mark = new MapMark;
    mark->is_taken = true;
    mark->next = marks.load(std::memory_order_relaxed);
    while (!marks.compare_exchange_weak(mark->next, mark, std::memory_order_release)) {
    }
  }
  mark->is_broken = false;
  mark->end = reinterpret_cast<uintptr_t>(data) + size;
  mark->begin = reinterpret_cast<uintptr_t>(data);
  return mark;
}

void give_back(MapMark& mark) {
  mark.end = 0, mark.begin = 0;
  mark.is_taken = false;
}

}  // namespace

MappedFile::MappedFile(const fs::path& path) : path_(path) {
  const FileHandle file = open_for_reading(path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw_system_error("cannot read '" + shown(path) + "'", errno);
  if (S_ISDIR(status.st_mode)) throw Error("cannot read '" + shown(path) + "': it is a folder");
  stamp_ = to_stamp(status);
  size_ = static_cast<size_t>(status.st_size);
  if (size_ == 0) return;
  watch_bus_errors();
  void* at = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file.get(), 0);
  if (at == MAP_FAILED) throw_system_error("cannot map '" + shown(path) + "'", errno);
  data_ = static_cast<const uint8_t*>(at);
  mark_ = take_mark(data_, size_);
}

MappedFile::~MappedFile() {
  if (mark_) give_back(*mark_);
  if (data_) ::munmap(const_cast<uint8_t*>(data_), size_);
}

void MappedFile::check() const {
  if (mark_ && mark_->is_broken)
    throw Error("'" + shown(path_) + "' was cut while it was read, or its disk cannot be read any more",
                "another program wrote to it: make it again, or restore it");
}

void MappedFile::check_unchanged() const {
  check();
  FileStamp now;
  try {
    now = stamp_of(path_);
  } catch (const Error&) {
    throw Error("'" + shown(path_) + "' was removed while it was read", "make it again, or restore it");
  }
  if (now != stamp_)
    throw Error("'" + shown(path_) + "' was changed while it was read", "make it again, or restore it");
}

}  // namespace dcgan
