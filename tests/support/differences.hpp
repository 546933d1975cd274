// Pictures as other programs wrote them, and how far ours are from them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>

#include "image/image.hpp"

namespace dcgan::test {

/// P6, as Python writes it: read here by other code than ours.
inline Image picture_of_ppm(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string mark;
  int width = 0, height = 0, most = 0;
  file >> mark >> width >> height >> most;
  file.get();
  Image image(width, height, 3);
  file.read(reinterpret_cast<char*>(image.pixels.data()), static_cast<std::streamsize>(image.pixels.size()));
  EXPECT_TRUE(file) << path;
  return image;
}

/// The largest difference, or 1000 for another size.
inline int distance(const Image& a, const Image& b) {
  if (a.width != b.width || a.height != b.height) return 1000;
  int most = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) most = std::max(most, std::abs(a.pixels[i] - b.pixels[i]));
  return most;
}

}  // namespace dcgan::test
