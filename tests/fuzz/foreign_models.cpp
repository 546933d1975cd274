#include "formats/foreign_models.hpp"

#include "fuzz/target.hpp"

namespace {

void read_as_file(std::string_view bytes, const char*) { dcgan::foreign_model(dcgan::fuzz::as_file(bytes)); }

}  // namespace

DCGAN_FUZZ_TARGET(read_as_file)
