// Files that were left out, by what is wrong with them, with one command for all that can be converted.
#pragma once

#include <string>
#include <vector>

#include "dataset/pixels.hpp"

namespace dcgan {

/// Files that share a reason.
struct SkippedGroup {
  std::string reason;  // "GIF is not read"; of one file, and where files differ, all that is said of the first
  std::vector<std::string> names;  // printable
  std::string needs;               // of a command: what must be installed, "ImageMagick"; what it takes for granted
  std::string convert;             // a command for a shell that converts all of them; "" where nothing does
};

/// The files `skipped` of `data`, the largest group first. Of a kind that can be converted one file is read again to
/// know which; a file beside which its conversion lies is in a group of its own, without a command. Throws nothing but
/// what ends a program: what cannot be read again has no command.
std::vector<SkippedGroup> skipped_groups(const fs::path& data, const std::vector<Skipped>& skipped);

/// "12 files: GIF is not read (a.gif, b.gif, ... and 9 more); convert all by ImageMagick: COMMAND", or of one
/// "'a.gif': GIF is not read; convert it by ImageMagick: COMMAND".
std::string group_text(const SkippedGroup& group);

}  // namespace dcgan
