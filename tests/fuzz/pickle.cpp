#include "formats/pickle.hpp"
#include "fuzz/target.hpp"

DCGAN_FUZZ_TARGET(dcgan::read_pickled_state)
