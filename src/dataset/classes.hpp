// What options that need classes ask of the data. Not for how classes are found (dataset/source).
#pragma once

#include <string>

#include "dataset/pixels.hpp"

namespace dcgan {

/// For `option` ("--conditional") every picture must have a class, there must be two classes at least, and each must
/// have a picture. Throws UsageError that names the option and counts what is missing.
void check_classes(const Pixels& pixels, const std::string& option);

/// check_classes for --class-balanced, if that is asked for.
void check_class_balanced(const Pixels& pixels, const DataOptions& options);

}  // namespace dcgan
