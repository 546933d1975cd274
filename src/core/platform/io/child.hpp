// Another process of this very program, and what it says. For measuring the program as a user meets it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace dcgan {

struct ChildEnd {
  int exit_code = 0;        // 128 + number for one that a signal ended
  double seconds = 0;       // from start to end
  int64_t peak_memory = 0;  // bytes, of files and anonymous together
  std::string said;         // the end of its standard error, at most 4 kB
};

/// Runs this program with `words` (without its name). `line` gets each line of its standard
/// output and the seconds since the start. Throws Error when it cannot be started; what `line` throws ends
/// the child and passes on. Ctrl-C in a terminal reaches both.
ChildEnd run_this_program(const std::vector<std::string>& words,
                          const std::function<void(const std::string&, double)>& line);

}  // namespace dcgan
