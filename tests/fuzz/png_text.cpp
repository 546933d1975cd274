#include "core/text.hpp"
#include "fuzz/target.hpp"
#include "image/png.hpp"

namespace {

/// And makes of it what is printed.
void read_text(std::string_view bytes, const char*) {
  for (const auto& [keyword, value] : dcgan::png_text(bytes)) dcgan::printable(keyword), dcgan::printable(value);
}

}  // namespace

DCGAN_FUZZ_TARGET(read_text)
