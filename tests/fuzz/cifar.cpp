#include "formats/cifar.hpp"

#include "fuzz/target.hpp"

namespace {

void read_as_file(std::string_view bytes, const char*) {
  if (const auto files = dcgan::find_cifar(dcgan::fuzz::as_file(bytes)); !files.records.empty())
    dcgan::read_cifar(files);
}

}  // namespace

DCGAN_FUZZ_TARGET(read_as_file)
