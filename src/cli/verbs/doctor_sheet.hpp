// `dcgan doctor --show`: the first pictures of each class as the network gets them, on one sheet.
#pragma once

#include <string>

#include "core/platform/io/file.hpp"
#include "dataset/options.hpp"

namespace dcgan {

/// Throws UsageError where `out` cannot be the file of a sheet of `data`, or would be one of its pictures. "" is fine.
void check_show(const std::string& out, const fs::path& data);

/// Writes the sheet, a PNG, at once and whole: at most 16 classes, a row each, of at most 8 pictures, with the names of
/// class and file under each; pictures without classes in a grid. Small ones are enlarged by a whole number. Says what
/// is on it, and what of the `usable` pictures is not. Throws Error when no picture can be used.
std::string write_doctor_sheet(const fs::path& data, const DataOptions& pixels, int64_t usable, int64_t threads,
                               const std::string& out);

}  // namespace dcgan
