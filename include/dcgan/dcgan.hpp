// All of dcgan's library: `find_package(dcgan)`, then link dcgan::dcgan. It shows no type of another library. Open a
// model and draw:
//
//   dcgan::Model model("runs/00000-faces");
//   for (const dcgan::Picture& picture : model.draw({.seed = 7, .count = 4})) ...
#pragma once

#include <dcgan/error.hpp>
#include <dcgan/model.hpp>
#include <dcgan/picture.hpp>

namespace dcgan {

/// "0.2.0": of the library that is linked.
const char* library_version();

}  // namespace dcgan
