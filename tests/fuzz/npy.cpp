#include "formats/npy.hpp"
#include "fuzz/target.hpp"

DCGAN_FUZZ_TARGET(dcgan::read_npy)
