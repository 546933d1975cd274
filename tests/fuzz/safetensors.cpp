#include "formats/safetensors.hpp"
#include "fuzz/target.hpp"

DCGAN_FUZZ_TARGET(dcgan::read_safetensors)
