// What a binary says of itself, as readelf prints it.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "support/process.hpp"
#include "support/temporary.hpp"

namespace dcgan::test {

inline bool is_elf(const std::filesystem::path& file) {
  if (!std::filesystem::is_regular_file(file) || std::filesystem::is_symlink(file)) return false;
  std::ifstream stream(file, std::ios::binary);
  char start[4] = {};
  stream.read(start, sizeof start);
  return std::string(start, 4) ==
         "\x7f"
         "ELF";
}

inline std::vector<std::filesystem::path> elf_files_below(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (is_elf(entry.path()) && entry.path().extension() != ".o") all.push_back(entry.path());
  return all;
}

inline std::string readelf(const std::string& what, const std::filesystem::path& file) {
  return output_of("readelf -W " + what + " '" + file.string() + "'").first;
}

/// Entries of DT_RUNPATH and DT_RPATH; an empty one, which stands for the current folder, is there as "".
inline std::vector<std::string> run_paths_of(const std::filesystem::path& file) {
  std::vector<std::string> entries;
  std::istringstream lines(readelf("--dynamic", file));
  for (std::string line; std::getline(lines, line);) {
    if (line.find("(RUNPATH)") == std::string::npos && line.find("(RPATH)") == std::string::npos) continue;
    const size_t start = line.find('[') + 1;
    const std::string list = line.substr(start, line.rfind(']') - start);
    entries.emplace_back();
    for (const char c : list) c == ':' ? void(entries.emplace_back()) : entries.back().push_back(c);
  }
  return entries;
}

/// Why a stranger could put a library there, or "". Of a folder that is not there its nearest parent counts.
inline std::string why_not_trusted(std::filesystem::path folder) {
  for (;; folder = folder.parent_path()) {
    struct stat status {};
    const bool is_there = ::stat(folder.c_str(), &status) == 0;
    if (is_there && (status.st_mode & (S_IWGRP | S_IWOTH)) && !(status.st_mode & S_ISVTX))
      return folder.string() + " may be written by others";
    if (is_there && status.st_uid != 0 && status.st_uid != ::geteuid()) return folder.string() + " is another user's";
    if (folder == folder.root_path()) return "";
  }
}

/// Every entry is absolute, or begins at the file's own place, and lies where nobody else writes.
inline std::vector<std::string> faults_of_run_paths(const std::filesystem::path& file) {
  std::vector<std::string> faults;
  for (const std::string& entry : run_paths_of(file)) {
    const bool is_own = entry == "$ORIGIN" || entry.starts_with("$ORIGIN/");
    if (!is_own && !entry.starts_with("/"))
      faults.push_back(file.string() + ": the entry '" + entry + "' depends on the current folder");
    else if (const std::string why = why_not_trusted(is_own ? file.parent_path() : std::filesystem::path(entry));
             !why.empty())
      faults.push_back(file.string() + ": " + why);
  }
  return faults;
}

/// What a binary that we link lacks.
inline std::vector<std::string> missing_protection_of(const std::filesystem::path& program) {
  std::vector<std::string> missing;
  const auto wants = [&](const std::string& text, const std::string& part, const std::string& name) {
    if (text.find(part) == std::string::npos) missing.push_back(program.string() + ": " + name);
  };
  const std::string dynamic = readelf("--dynamic", program), symbols = readelf("--dyn-syms", program);
  wants(readelf("--file-header", program), "DYN (", "is not a PIE");
  wants(readelf("--program-headers", program), "GNU_RELRO", "has no RELRO");
  wants(dynamic, "BIND_NOW", "binds late, so that RELRO is not full");
  wants(symbols, "__stack_chk_fail", "has no stack protector");
  wants(symbols, "_chk@GLIBC", "has no function of _FORTIFY_SOURCE");
  return missing;
}

}  // namespace dcgan::test
