#include "formats/program.hpp"

#include <string>

#include "fuzz/target.hpp"

namespace {

void read_module(std::string_view bytes, const char* name) {
  const dcgan::ProgramArchive archive(bytes, name);
  dcgan::read_program_module(archive, name);
}

}  // namespace

DCGAN_FUZZ_TARGET(read_module)
