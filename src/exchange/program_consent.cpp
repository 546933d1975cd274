#include "exchange/program_consent.hpp"

#include <mutex>
#include <set>

#include "core/error.hpp"
#include "core/io/digest.hpp"
#include "core/log.hpp"
#include "core/platform/io/user_folder.hpp"
#include "core/text.hpp"

namespace dcgan {
namespace {

std::mutex consent_lock;
std::set<std::string> agreed_files;  // in this process

std::string consent_name(const std::string& sha256) { return "may-run-" + sha256; }

}  // namespace

void agree_to_run(const std::string& sha256, const std::string& file) {
  const std::lock_guard guard(consent_lock);
  if (!agreed_files.insert(sha256).second) return;
  try {
    if (read_user_file(consent_name(sha256)).empty())
      write_user_file(consent_name(sha256), "the program of " + file + " may be run: --run-code\n");
  } catch (const Error& error) {
    warn("--run-code applies this time only: " + std::string(error.what()));
  }
}

void agree_to_run_file(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_regular_file(path, ignored)) agree_to_run(sha256_hex(read_file(path)), "'" + shown(path) + "'");
}

void check_agreed(const std::string& sha256, const std::string& what, const std::string& why) {
  const std::lock_guard guard(consent_lock);
  if (agreed_files.contains(sha256)) return;
  std::string unknown;
  try {
    if (!read_user_file(consent_name(sha256)).empty()) return;
  } catch (const Error& error) {
    unknown = "; what was agreed to before cannot be read: " + std::string(error.what());
  }
  throw UsageError(what + " is a program" + (why.empty() ? "" : ", and not as dcgan exports it (" + why + ")") +
                       ": to use it, dcgan would run its code with your rights",
                   "if you trust whoever made it, add --run-code, once: it is remembered for this very file (SHA-256 " +
                       sha256.substr(0, 16) + "...)" + unknown);
}

}  // namespace dcgan
