// A place where only this very process is reached: for a library that knows no other way to be asked than a socket.
#pragma once

#include <memory>
#include <string>

#include "core/platform/io/file.hpp"
#include "core/platform/io/scratch.hpp"

namespace dcgan {

/// Give `name` to whoever listens (AF_UNIX), then hide it: from then on no path leads there, and nothing is left behind
/// however this process ends. Any thread may connect.
class PrivateSocket {
 public:
  PrivateSocket();
  /// Short, whatever the place of temporary files is called.
  const std::string& name() const { return name_; }
  /// Throws Error when nobody listens there.
  void hide();
  /// Throws Error when nobody listens there any more.
  FileHandle connect() const;

 private:
  std::unique_ptr<ScratchFolder> folder_;
  FileHandle folder_handle_, socket_;
  std::string name_;
};

}  // namespace dcgan
