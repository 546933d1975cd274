// What LibTorch's CPU kernels need once a process before several threads use them.
#pragma once

namespace dcgan {

/// Lets MKL choose its vector kernels (tanh, exp, sqrt...) on one thread. MKL 2024.2, which LibTorch's wheels carry,
/// chooses on the first such call and for two instructions keeps a half-made choice in a shared variable: a second
/// thread that reads it then computes its share of that one call with another, less accurate kernel, and an image is
/// not the one of its name. Source: github.com/pytorch/pytorch/issues/188792.
///
/// Every object that runs a network calls this when it is made. Cheap after the first time; safe from any thread.
void settle_kernels();

}  // namespace dcgan
