#include "formats/checkpoint_file.hpp"

#include "fuzz/target.hpp"

namespace {

void read_as_file(std::string_view bytes, const char*) {
  const dcgan::CheckpointFile file(dcgan::fuzz::as_file(bytes));
  for (const auto& tensor : file.tensors()) {
    file.type_of(tensor);
    std::vector<char> out(tensor.bytes);
    file.read(tensor, out.data());
  }
}

}  // namespace

DCGAN_FUZZ_TARGET(read_as_file)
