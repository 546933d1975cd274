// Remarks to the user that are neither results nor errors. One sink for the process: the console sets it, so
// that a remark and a progress line never share a line. Safe to call from any thread.
#pragma once

#include <functional>
#include <string>

namespace dcgan {

using LogSink = std::function<void(const std::string& line)>;
/// Replace the sink; returns the one before. The first sink writes to standard error.
LogSink set_log_sink(LogSink sink);
/// Say one line, without a newline at its end; it goes through printable().
void note(const std::string& line);
/// The same with "warning: " in front.
void warn(const std::string& line);

}  // namespace dcgan
