// The live page: runs as they train, and their generators to explore, for a browser on this machine. Only 127.0.0.1 is
// listened to; a request whose Host or Origin is another is refused, so no other page of the browser gets in; nothing
// of the file system is served but what is known of the runs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/options.hpp"
#include "core/platform/file.hpp"

namespace dcgan {

struct ServeOptions {
  int64_t port = 8080;
  std::string token;
  int64_t threads = 1;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("port", port, "of 127.0.0.1; 0: any that is free", within(0, 65535));
    visit("token", token,
          "a word that the address must hold, where others use this machine; auto: one that nobody guesses",
          words_or({"auto"}, "WORD"));
    visit("threads", threads, "CPU threads of the generator", within(1, 1024));
  }
};

/// Serves until a signal asks to stop. `runs`: run directories; a folder that is none stands for the runs in it, looked
/// for anew each time. `ready` is told the address and how many
/// runs there are by now. Throws Error when the port is in use.
void serve(const std::vector<fs::path>& runs, const ServeOptions& options,
           const std::function<void(const std::string& address, size_t count)>& ready);

}  // namespace dcgan
