// The Python programs among the commands of image/conversion. Each is one line, without a single quote.
#pragma once

#include <string>

#include "image/conversion.hpp"

namespace dcgan {

/// A program that reads the file sys.argv[1] and writes sys.argv[2]; "" for what another program converts.
std::string python_code(Converter by);

}  // namespace dcgan
