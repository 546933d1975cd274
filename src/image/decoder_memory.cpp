#include "image/decoder_memory.hpp"

#include <new>

namespace dcgan {

/// The memory of the thread that is decoding.
static thread_local DecoderMemory* current = nullptr;

class DecoderAllocator : public cv::MatAllocator {
 public:
  cv::UMatData* allocate(int dims, const int* sizes, int type, void* data, size_t* step, cv::AccessFlag flags,
                         cv::UMatUsageFlags usage) const override {
    DecoderMemory* memory = current;
    if (!memory || data) return standard().allocate(dims, sizes, type, data, step, flags, usage);
    check(*memory, dims, sizes, type);
    if (memory->is_used_) return standard().allocate(dims, sizes, type, data, step, flags, usage);
    size_t total = CV_ELEM_SIZE(type);
    for (int i = dims; i-- > 0; total *= static_cast<size_t>(sizes[i]))
      if (step) step[i] = total;
    try {
      memory->pixels_.resize(total);
    } catch (const std::bad_alloc&) {
      memory->has_failed_ = true;
      CV_Error(cv::Error::StsNoMem, "no memory for a picture");
    }
    memory->is_used_ = true;
    auto* made = new cv::UMatData(this);
    made->data = made->origdata = memory->pixels_.data(), made->size = total;
    return made;
  }
  bool allocate(cv::UMatData* data, cv::AccessFlag flags, cv::UMatUsageFlags usage) const override {
    return standard().allocate(data, flags, usage);
  }
  /// Only what lies in `pixels` comes here; that is the vector's.
  void deallocate(cv::UMatData* data) const override { delete data; }

 private:
  static cv::MatAllocator& standard() { return *cv::Mat::getStdAllocator(); }
  static void check(DecoderMemory& memory, int dims, const int* sizes, int type) {
    constexpr int kWidest = 8;  // bytes: four channels of 16 bits
    double pixels = 1;
    for (int i = 0; i < dims; ++i) pixels *= sizes[i];
    if (pixels <= static_cast<double>(memory.most_pixels_) && static_cast<int>(CV_ELEM_SIZE(type)) <= kWidest) return;
    memory.has_refused_ = true;
    CV_Error(cv::Error::StsOutOfRange, "a picture that is too large");
  }
};

DecoderMemory::DecoderMemory(std::vector<uint8_t>& pixels, int64_t most_pixels)
    : pixels_(pixels), most_pixels_(most_pixels) {
  static const bool is_set = [] {
    cv::Mat::setDefaultAllocator(new DecoderAllocator);  // outlives every matrix
    return true;
  }();
  (void)is_set;
  current = this;
}

DecoderMemory::~DecoderMemory() { current = nullptr; }

}  // namespace dcgan
