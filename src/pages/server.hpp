// The live page: runs as they train, and their generators to explore, for browsers of whoever started it. Only
// 127.0.0.1 is listened to unless another address is given, and only who shows the token is answered; a request whose
// Host or Origin is another is refused, so no other page of the browser gets in; nothing of the file system is served
// but what is known of the runs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/options.hpp"
#include "core/platform/io/file.hpp"

namespace dcgan {

struct ServeOptions {
  int64_t port = 8080;
  std::string host = "127.0.0.1";
  std::string token = "auto";
  bool no_token = false;
  bool open = true;
  int64_t threads = 1;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("port", port, "port to listen on; if it is in use, the next free one; 0: any that is free", within(0, 65535));
    visit("host", host, "address to listen on, for containers and other machines: 0.0.0.0 for all of IPv4, :: for all",
          any_text("ADDR"));
    visit("token", token,
          "a word that the address must contain; auto: your own, made once, which nobody can guess and nobody else can "
          "read",
          words_or({"auto"}, "WORD"));
    visit("no-token", no_token, "answer whoever can reach 127.0.0.1: all users of this machine", {});
    visit("open", open,
          "open no browser; otherwise one opens, where there is a display and a terminal (--open: always)", {});
    visit("threads", threads, "CPU threads of the generator", within(1, 1024));
  }
};

/// What is told once it is served.
struct Serving {
  std::string address;  // to open, the token in it
  size_t runs = 0;      // that are there by now
  int port = 0;
};

/// Serves until a signal asks to stop. `runs`: run directories; a folder that is none stands for the runs in it, looked
/// for anew each time. With options.open a browser is asked to show it. Throws UsageError for options that do not go
/// together, Error when no port can be had.
void serve(const std::vector<fs::path>& runs, const ServeOptions& options,
           const std::function<void(const Serving&)>& ready);

}  // namespace dcgan
