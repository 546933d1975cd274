// The version of the program; CMake passes the project's.
#pragma once

namespace dcgan {
inline constexpr char kVersionText[] = DCGAN_VERSION;
}
