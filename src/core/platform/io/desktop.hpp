// The desktop of whoever started this program.
#pragma once

#include <optional>
#include <string>

namespace dcgan {

/// Whether windows can be shown: DISPLAY or WAYLAND_DISPLAY is set.
bool has_display();

/// Asks the desktop (xdg-open) to show a file or an address. It runs by itself, outlives this process, says nothing,
/// and no shell reads the words. What it is given is seen in the list of processes.
class Showing {
 public:
  /// Throws Error when xdg-open is not there.
  explicit Showing(const std::string& target);
  /// Once, when xdg-open has ended: how. 0: it was shown.
  std::optional<int> ended();

 private:
  int pid_;
};

}  // namespace dcgan
