// What a stranger writes who has LibTorch, an exported generator and none of our headers.
#include <torch/script.h>

#include <cstdio>

int main(int, char** argv) {
  auto generator = torch::jit::load(argv[1]);
  const auto z = torch::linspace(-1.5, 1.5, 3 * generator.attr("latent").toInt()).view({3, -1});
  const torch::NoGradGuard no_grad;
  const auto images = generator.forward({z}).toTensor();
  const auto bytes = generator.get_method("images")({z}).toTensor();
  for (const auto side : images.sizes()) std::printf("%ld ", static_cast<long>(side));
  for (const auto side : bytes.sizes()) std::printf("%ld ", static_cast<long>(side));
  for (int i = 0; i < 8; ++i) std::printf("%.9g ", images.flatten()[i].item<float>());
  std::printf("%d\n", bytes.flatten()[0].item<int>());
}
