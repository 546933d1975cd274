// Draws images with a generator that `dcgan export --format onnx` wrote. Needs OpenCV and nothing else: no LibTorch.
//   draw GENERATOR.onnx LATENT OUT [COUNT | Z.f32]
// LATENT: how many numbers describe an image; `dcgan inspect GENERATOR.onnx` says it, as "latent".
// OUT: a picture of all images side by side, or, if it ends in .f32, the raw float32 [N, C, H, W] in [-1, 1].
// Z.f32: latents of your own, raw float32 [N, LATENT]; else COUNT (1) of them are drawn from N(0, 1).
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <opencv2/dnn.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

cv::Mat latents(const std::string& source, int latent) {
  if (source.size() > 4 && source.substr(source.size() - 4) == ".f32") {
    std::ifstream file(source, std::ios::binary);
    const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
    const int rows = static_cast<int>(bytes.size() / sizeof(float)) / latent;
    if (rows == 0) throw std::runtime_error(source + " holds no latent");
    return cv::Mat(rows, latent, CV_32F, const_cast<char*>(bytes.data())).clone();
  }
  cv::Mat z(std::max(1, std::atoi(source.c_str())), latent, CV_32F);
  std::mt19937 random(std::random_device{}());
  std::normal_distribution<float> normal;
  for (auto at = z.begin<float>(); at != z.end<float>(); ++at) *at = normal(random);
  return z;
}

/// [N, C, H, W] in [-1, 1] to one row of pictures; OpenCV's are BGR.
cv::Mat picture_of(const cv::Mat& images) {
  std::vector<cv::Mat> row;
  for (int n = 0; n < images.size[0]; ++n) {
    std::vector<cv::Mat> channels;
    for (int c = images.size[1] - 1; c >= 0; --c)
      channels.emplace_back(images.size[2], images.size[3], CV_32F, const_cast<float*>(images.ptr<float>(n, c)));
    row.emplace_back();
    cv::merge(channels, row.back());
  }
  cv::Mat all, bytes;
  cv::hconcat(row, all);
  all.convertTo(bytes, CV_8U, 127.5, 127.5);
  return bytes;
}

}  // namespace

int main(int count, char** arguments) try {
  if (count < 4) throw std::runtime_error("usage: draw GENERATOR.onnx LATENT OUT [COUNT | Z.f32]");
  cv::dnn::Net net = cv::dnn::readNetFromONNX(arguments[1]);
  net.setInput(latents(count > 4 ? arguments[4] : "1", std::atoi(arguments[2])), "z");
  const cv::Mat images = net.forward();
  const std::string out = arguments[3];
  if (out.size() > 4 && out.substr(out.size() - 4) == ".f32") {
    std::ofstream file(out, std::ios::binary);
    file.write(reinterpret_cast<const char*>(images.data),
               static_cast<std::streamsize>(images.total() * sizeof(float)));
    return file.flush() ? 0 : 1;
  }
  return cv::imwrite(out, picture_of(images)) ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "error: " << error.what() << "\n";
  return 1;
}
